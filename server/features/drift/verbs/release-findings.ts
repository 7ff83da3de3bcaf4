import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { recordChanges } from "../record-change.ts";
import { FindingsMoved, ReopenInput } from "../schema.ts";
import { placeOfTarget, targetRows } from "../target-rows.ts";
import { toldOf } from "../told.ts";

/** Takes an acknowledgement back: they are open again. */
export const releaseFindings = verb({
  name: "drift.release",
  scope: "runtime.drift.manage",
  input: ReopenInput,
  output: FindingsMoved,
  environment: ({ tx, tenant, input }) => placeOfTarget(tx, tenant, input),
  async run({ tx, tenant, actor, input }) {
    const rows = (await targetRows(tx, tenant, input)).filter(
      ({ stored }) => stored === "acknowledged",
    );
    if (rows.length === 0) return unchanged({ count: 0 });
    const eventId = uuidv7();
    await tx.query(
      `UPDATE drift_finding SET state = 'open', acknowledged_by_name = NULL, acknowledged_at = NULL
       WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[])`,
      [tenant, rows.map(({ finding_id }) => finding_id)],
    );
    await recordChanges(
      tx,
      tenant,
      rows.map((row) => ({
        findingId: row.finding_id,
        kind: "released",
        before: row.state,
        state: row.state === "suppressed" ? "suppressed" : "open",
        severity: row.severity,
        note: input.reason,
        byName: displayNameOf(actor),
        eventId,
      })),
    );
    const told = toldOf("released", rows, { reason: input.reason }, eventId);
    return audited({ count: rows.length }, told);
  },
});
