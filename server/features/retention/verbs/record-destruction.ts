import "server-only";
import { z } from "zod";
import { rewriteSegments } from "#server/features/audit/index.ts";
import { noteErasures } from "#server/features/delivery/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { type ActRow, actEvent, lockTurn, textsOf } from "../act-rows.ts";
import { redactCopies } from "../copies/redact-copies.ts";
import { erasedContent } from "../erased-content-of.ts";
import { activeHolds, type HoldableEvent, holdOver, holdOverKey, lockHolds } from "../holds.ts";
import { replaceWrapKey } from "../replace-wrap-key.ts";
import { ActTurn } from "../schema.ts";

const Destroyed = z.object({
  outcome: z.enum(["destroyed", "held", "refused"]),
  /** Payloads that are gone, and data keys that were destroyed whole. */
  payloads: z.number(),
  keys: z.number(),
});

/**
 * The destruction itself, in one transaction: what rows of other features say of the events is taken out there; all
 * keys that stay are wrapped by a new key, without those of the events that are erased; payloads go, and segments of
 * the index are written anew without their words. Refuses an act that a legal hold covers by now.
 */
export const recordDestruction = verb({
  name: "retention.recordDestruction",
  scope: "runtime.retention.carry-out",
  input: ActTurn.extend({
    /** The new key as the keeper wrapped it, or null where it would not take what was imported. */
    made: z
      .object({ rootVersion: z.number().int().min(1), wrapped: z.string().max(1_000) })
      .nullable(),
  }),
  output: Destroyed,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockTurn(tx, tenant, input, "acting");
    if (!input.made) return refuse(tx, tenant, row, { why: "wrapped" });
    await lockHolds(tx, tenant);
    const eventIds = textsOf(row, "eventIds");
    const keyIds = textsOf(row, "keyIds");
    const events = await tx.query<HoldableEvent & Record<string, unknown>>(
      "SELECT type, subject, actor_ref, recorded_at FROM audit_event WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[])",
      [tenant, eventIds],
    );
    const keys = await tx.query<{ class: string; period: string }>(
      "SELECT class, period::text AS period FROM audit_data_key WHERE tenant_id = $1 AND key_id = ANY ($2::text[])",
      [tenant, keyIds],
    );
    const holds = await activeHolds(tx, tenant);
    const hold =
      holdOver(holds, events) ?? keys.map((key) => holdOverKey(holds, key)).find(Boolean);
    if (hold) {
      const why = { why: "legal-hold" as const, caseRef: hold.caseRef, holdId: hold.holdId };
      return refuse(tx, tenant, row, why);
    }
    // As long as the content can be read.
    const copies = await redactCopies(tx, tenant, await erasedContent(tx, tenant, row));
    const noted = await runVouched(noteErasures, context, { actId: row.act_id, eventIds });
    const wrapVersion = await replaceWrapKey(tx, tenant, {
      rootVersion: input.made.rootVersion,
      wrapped: input.made.wrapped,
      origin: row.kind === "key-import" ? "imported" : "generated",
      without: eventIds,
      destroy: keyIds,
    });
    const gone = await tx.query(
      "DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[]) RETURNING 1",
      [tenant, eventIds],
    );
    const segments = eventIds.length > 0 ? await rewriteSegments(tx, tenant, eventIds) : 0;
    const counts = { payloads: gone.length, keys: keyIds.length, segments, wrapVersion };
    const outcome =
      eventIds.length > 0
        ? { ...counts, copies: { ...copies }, sinks: noted.output.sinks }
        : counts;
    await tx.query(
      `UPDATE retention_act SET state = 'destroyed', destroyed_at = clock_timestamp(), outcome = $3, plan = plan - 'wrapped'
       WHERE tenant_id = $1 AND act_id = $2`,
      [tenant, row.act_id, JSON.stringify(outcome)],
    );
    const output = { outcome: "destroyed" as const, payloads: gone.length, keys: keyIds.length };
    if (eventIds.length + keyIds.length === 0) {
      return audited(output, actEvent(row, "rewrapped", outcome));
    }
    // What is missing from now on is missing on purpose: this, sealed, is what says so.
    const destroyed: AuditEventDraft = {
      ...actEvent(row, "destroyed", {
        ...outcome,
        eventIds,
        periods: keys.map((key) => `${key.class}|${key.period}`),
      }),
      type: "runtime.retention.destroyed",
    };
    return audited(output, destroyed, ...noted.events);
  },
});

/** Ends an act that can't be carried out: a hold covers it, or the imported key is none of this keeper's. */
async function refuse(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: ActRow,
  detail: { why: "wrapped" | "legal-hold"; caseRef?: string; holdId?: string },
) {
  const trouble =
    detail.why === "wrapped"
      ? "wrapped: is not a 32-byte key wrapped for the import key"
      : `legal hold ${detail.caseRef}`;
  await tx.query(
    `UPDATE retention_act SET state = 'refused', finished_at = clock_timestamp(), trouble = $3, lease_until = NULL,
       plan = plan - 'wrapped' WHERE tenant_id = $1 AND act_id = $2`,
    [tenant, row.act_id, trouble],
  );
  const outcome = detail.why === "wrapped" ? ("refused" as const) : ("held" as const);
  return audited(
    { outcome, payloads: 0, keys: 0 },
    { ...actEvent(row, "refused", { ...detail }), outcome: "denied" },
  );
}
