import "server-only";
import { uuidv7 } from "uuidv7";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { CurrentRules } from "#server/features/secret-policies/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { FoundBinding } from "../bindings/find-bindings.ts";
import type { Asked, PlannedBinding } from "../bindings/plan-binding.ts";
import { graceOf } from "../grace-of.ts";
import { planNext } from "../plan-next.ts";

/** Writes a planned reference that is not `unchanged`, and says what the log shall say of it. */
export async function saveBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rules: CurrentRules,
  asked: Asked,
  planned: PlannedBinding,
  found: FoundBinding | undefined,
): Promise<{ bindingId: string; event: AuditEventDraft }> {
  const { rotator, rest, outcome } = planned;
  const { environment } = asked;
  const bindingId = found?.binding_id ?? uuidv7();
  const rule = rules.of(asked.class);
  // What was rotated since it was bound is planned from there.
  const rotatedAt = found?.last_rotated_at ?? (isFirstSaid(found) ? asked.lastRotatedAt : null);
  const next = await planNext(tx, tenant, { bindingId, environment, rule, rotatedAt });
  const [saved] = await tx.query<{ binding_id: string }>(UPSERT, [
    tenant,
    bindingId,
    asked.name,
    asked.class,
    environment,
    asked.store,
    asked.path,
    asked.owner,
    JSON.stringify(rotator),
    asked.currentVersion,
    graceOf(asked.rotator, asked.graceSeconds),
    rotatedAt,
    next?.at ?? null,
    JSON.stringify(rule),
    rules.digest,
    asked.region,
    planned.vouchedBy,
  ]);
  // Somebody bound the same path between our look and our insert, and is not undone.
  if (saved?.binding_id !== bindingId) {
    throw new AppError("conflict", "This secret was bound by somebody else just now.", {
      said: { key: "bindings.justNow" },
      field: "path",
      remedy: "Look at it, then bind it again if it should be otherwise.",
    });
  }
  return {
    bindingId,
    event: {
      type: outcome === "changed" ? "runtime.secrets.binding-changed" : "runtime.secrets.bound",
      subject: `secret-binding/${bindingId}`,
      payload: {
        ...rest,
        outcome,
        vouchedBy: planned.vouchedBy,
        store: asked.store,
        path: asked.path,
        rotator: rotator as JsonValue,
      },
    },
  };
}

/** Age and version are said once, when a reference is made; afterwards rotations say them. */
function isFirstSaid(found: FoundBinding | undefined): boolean {
  return found === undefined || found.origin === "discovered" || found.state === "retired";
}

const UPSERT = `
  INSERT INTO secret_binding AS b (tenant_id, binding_id, name, class, environment, store, path, owner,
    rotator, current_version, grace_seconds, last_rotated_at, next_rotation_at, rule, rule_digest, region,
    vouched_by, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, clock_timestamp(), clock_timestamp())
  ON CONFLICT (tenant_id, store, path) DO UPDATE SET
    name = excluded.name, class = excluded.class, environment = excluded.environment,
    owner = excluded.owner, rotator = excluded.rotator, grace_seconds = excluded.grace_seconds,
    region = excluded.region, origin = 'bound', rule = excluded.rule, rule_digest = excluded.rule_digest,
    vouched_by = excluded.vouched_by,
    state = CASE WHEN b.state = 'retired' THEN 'active' ELSE b.state END,
    retired_at = NULL, retired_reason = NULL,
    current_version = coalesce(b.current_version, excluded.current_version),
    last_rotated_at = excluded.last_rotated_at,
    next_rotation_at = CASE WHEN b.state <> 'retired' AND b.origin = 'bound' AND b.environment = excluded.environment
        AND (b.rule IS NULL OR b.rule = excluded.rule)
      THEN b.next_rotation_at ELSE excluded.next_rotation_at END,
    updated_at = excluded.updated_at
  RETURNING b.binding_id`;
