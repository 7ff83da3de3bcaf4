import "server-only";
import { isDeepStrictEqual } from "node:util";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { currentRules } from "#server/features/secret-policies/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { planNext } from "../plan-next.ts";
import { BindSecretInput, type Rotator } from "../schema.ts";

/**
 * Makes or changes the reference to a secret; store and path name it. The same reference again
 * changes nothing. While a rotation is under way its pair of roles stays; the address of their
 * database may change.
 */
export const bindSecret = verb({
  name: "rotation.bindSecret",
  scope: "runtime.secrets.bind",
  input: BindSecretInput,
  output: z.object({ bindingId: z.uuid() }),
  async run({ tx, tenant, input }) {
    const [found] = await tx.query<{
      binding_id: string;
      state: string;
      rotator: Rotator;
      rest: unknown;
      last_rotated_at: Date | null;
    }>(
      `SELECT binding_id, state, rotator, last_rotated_at, jsonb_build_object('name', name, 'class', class,
         'environment', environment, 'owner', owner, 'graceSeconds', grace_seconds,
         'region', region) AS rest
       FROM secret_binding WHERE tenant_id = $1 AND store = $2 AND path = $3 FOR UPDATE`,
      [tenant, input.store, input.path],
    );
    const { name, class: secretClass, environment, owner, graceSeconds, region } = input;
    const rest = { name, class: secretClass, environment, owner, graceSeconds, region };
    const rotator = found ? keepRoles(found.rotator, input.rotator) : input.rotator;
    if (found && isDeepStrictEqual(found.rest, rest) && isDeepStrictEqual(found.rotator, rotator)) {
      return unchanged({ bindingId: found.binding_id });
    }
    if (found?.state === "rotating" && !isSamePair(found.rotator, rotator)) {
      throw new AppError("conflict", "A rotation of this credential is under way.", {
        field: "path",
        remedy: "Change the reference when the rotation is done.",
      });
    }
    const bindingId = found?.binding_id ?? uuidv7();
    const rules = await currentRules(tx);
    const rule = rules.of(secretClass);
    // What was rotated since it was bound is planned from there.
    const rotatedAt = found ? found.last_rotated_at : input.lastRotatedAt;
    const next = await planNext(tx, tenant, { bindingId, environment, rule, rotatedAt });
    await tx.query(UPSERT, [
      tenant,
      bindingId,
      name,
      secretClass,
      environment,
      input.store,
      input.path,
      owner,
      JSON.stringify(rotator),
      input.currentVersion,
      graceSeconds,
      input.lastRotatedAt,
      next?.at ?? null,
      JSON.stringify(rule),
      rules.digest,
      region,
    ]);
    return audited(
      { bindingId },
      {
        type: found ? "runtime.secrets.binding-changed" : "runtime.secrets.bound",
        subject: `secret-binding/${bindingId}`,
        payload: { ...rest, store: input.store, path: input.path, rotator: rotator as JsonValue },
      },
    );
  },
});

/** Which role of the pair is active is what rotations made of it, not what the reference first said. */
function keepRoles(stored: Rotator, asked: Rotator): Rotator {
  if (stored.kind !== "postgres-dual-user" || asked.kind !== "postgres-dual-user") return asked;
  const isSwapped =
    stored.activeRole === asked.standbyRole && stored.standbyRole === asked.activeRole;
  if (!isSwapped) return asked;
  return { ...asked, activeRole: stored.activeRole, standbyRole: stored.standbyRole };
}

function isSamePair(stored: Rotator, asked: Rotator): boolean {
  if (stored.kind !== "postgres-dual-user" || asked.kind !== "postgres-dual-user") return false;
  return isDeepStrictEqual({ ...stored, target: null }, { ...asked, target: null });
}

const UPSERT = `
  INSERT INTO secret_binding AS b (tenant_id, binding_id, name, class, environment, store, path, owner,
    rotator, current_version, grace_seconds, last_rotated_at, next_rotation_at, rule, rule_digest, region, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, clock_timestamp(), clock_timestamp())
  ON CONFLICT (tenant_id, store, path) DO UPDATE SET
    name = excluded.name, class = excluded.class, environment = excluded.environment,
    owner = excluded.owner, rotator = excluded.rotator, grace_seconds = excluded.grace_seconds,
    region = excluded.region, origin = 'bound', rule = excluded.rule, rule_digest = excluded.rule_digest,
    next_rotation_at = CASE WHEN b.environment = excluded.environment AND (b.rule IS NULL OR b.rule = excluded.rule)
      THEN b.next_rotation_at ELSE excluded.next_rotation_at END,
    updated_at = excluded.updated_at`;
