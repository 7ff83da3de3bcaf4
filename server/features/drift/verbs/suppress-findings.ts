import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { recordChanges } from "../record-change.ts";
import { FindingsMoved, SuppressInput } from "../schema.ts";
import { placeOfTarget, targetRows } from "../target-rows.ts";
import { toldOf } from "../told.ts";

/**
 * Takes findings out of sight for a time, with a reason. When it is over is the database's clock's to
 * say (law 8): nothing has to run for it. What is being remediated or resolved stays as it is.
 */
export const suppressFindings = verb({
  name: "drift.suppress",
  scope: "runtime.drift.manage",
  input: SuppressInput,
  output: FindingsMoved,
  environment: ({ tx, tenant, input }) => placeOfTarget(tx, tenant, input),
  async run({ tx, tenant, actor, input }) {
    const rows = (await targetRows(tx, tenant, input)).filter(
      ({ stored }) => stored === "open" || stored === "acknowledged",
    );
    if (rows.length === 0) return unchanged({ count: 0 });
    const eventId = uuidv7();
    const byName = displayNameOf(actor);
    const [moved] = await tx.query<{ until: Date }>(
      `WITH over AS (SELECT clock_timestamp() + make_interval(secs => $3) AS until), done AS (
         UPDATE drift_finding SET suppressed_until = over.until, suppress_reason = $4, suppressed_by_name = $5
         FROM over WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[]))
       SELECT until FROM over`,
      [tenant, rows.map(({ finding_id }) => finding_id), input.forSeconds, input.reason, byName],
    );
    const until = moved?.until ?? null;
    await recordChanges(
      tx,
      tenant,
      rows.map((row) => ({
        findingId: row.finding_id,
        kind: "suppressed",
        before: row.state,
        state: "suppressed",
        severity: row.severity,
        note: input.reason,
        byName,
        until,
        eventId,
      })),
    );
    const payload = { reason: input.reason, until: until?.toISOString() ?? null };
    return audited({ count: rows.length }, toldOf("suppressed", rows, payload, eventId));
  },
});
