import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { CheckRecorded, RecordCheckInput } from "../worker-schema.ts";

/** Notes what a check found (law 2: record), once; sweeps those of days past. */
export const recordCheck = verb({
  name: "delivery.recordCheck",
  scope: "runtime.delivery.execute",
  input: RecordCheckInput,
  output: CheckRecorded,
  async run({ tx, tenant, input: { checkId, trouble } }) {
    const [check] = await tx.query<{ state: string; cause_event_id: string }>(
      "SELECT state, cause_event_id FROM sink_check WHERE tenant_id = $1 AND check_id = $2 FOR UPDATE",
      [tenant, checkId],
    );
    if (!check) throw notFound("sink check");
    if (check.state !== "asked") return unchanged({ isRecorded: false });
    await tx.query(
      `UPDATE sink_check SET state = CASE WHEN $4::text IS NULL THEN 'passed' ELSE 'failed' END,
         error_field = $3, error_text = $4, error_remedy = $5, answered_at = clock_timestamp()
       WHERE tenant_id = $1 AND check_id = $2`,
      [tenant, checkId, trouble?.field ?? null, trouble?.message ?? null, trouble?.remedy ?? null],
    );
    await tx.query(
      "DELETE FROM sink_check WHERE tenant_id = $1 AND answered_at < clock_timestamp() - interval '1 day'",
      [tenant],
    );
    return audited(
      { isRecorded: true },
      {
        type: "runtime.delivery.check-answered",
        subject: `sink-check/${checkId}`,
        causedBy: check.cause_event_id,
        ...(trouble ? { outcome: "failed" as const, payload: { ...trouble } } : {}),
      },
    );
  },
});
