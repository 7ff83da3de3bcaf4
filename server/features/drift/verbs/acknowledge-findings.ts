import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { recordChanges } from "../record-change.ts";
import { AcknowledgeInput, FindingsMoved } from "../schema.ts";
import { placeOfTarget, targetRows } from "../target-rows.ts";
import { toldOf } from "../told.ts";

/** Somebody has seen them and takes care. Those that are not open stay as they are. */
export const acknowledgeFindings = verb({
  name: "drift.acknowledge",
  scope: "runtime.drift.manage",
  input: AcknowledgeInput,
  output: FindingsMoved,
  environment: ({ tx, tenant, input }) => placeOfTarget(tx, tenant, input),
  async run({ tx, tenant, actor, input }) {
    const rows = (await targetRows(tx, tenant, input)).filter(({ stored }) => stored === "open");
    if (rows.length === 0) return unchanged({ count: 0 });
    const eventId = uuidv7();
    const byName = displayNameOf(actor);
    await tx.query(
      `UPDATE drift_finding SET state = 'acknowledged', acknowledged_by_name = $3, acknowledged_at = clock_timestamp()
       WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[])`,
      [tenant, rows.map(({ finding_id }) => finding_id), byName],
    );
    await recordChanges(
      tx,
      tenant,
      rows.map((row) => ({
        findingId: row.finding_id,
        kind: "acknowledged",
        before: row.state,
        state: row.state === "suppressed" ? "suppressed" : "acknowledged",
        severity: row.severity,
        note: input.reason,
        byName,
        eventId,
      })),
    );
    const told = toldOf("acknowledged", rows, { reason: input.reason }, eventId);
    return audited({ count: rows.length }, told);
  },
});
