import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { ErasureRecorded, RecordErasureInput } from "../worker-schema.ts";

/**
 * Notes what came of an erasure at a sink (law 2: record): deleted there, told, or to be deleted there by hand.
 * `later` is tried again. A worker whose turn is over is not listened to.
 */
export const recordErasure = verb({
  name: "delivery.recordErasure",
  scope: "runtime.delivery.execute",
  input: RecordErasureInput,
  output: ErasureRecorded,
  async run({ tx, tenant, actor, input: { erasureId, fence, outcome } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [row] = await tx.query<{
      state: string;
      fence: string;
      sink_id: string;
      act_id: string;
      name: string;
      events: number;
      request_event_id: string;
    }>(
      `SELECT e.state, e.fence::text, e.sink_id, e.act_id, s.name, cardinality(e.event_ids) AS events, a.request_event_id
       FROM sink_erasure e JOIN sink s ON s.tenant_id = e.tenant_id AND s.sink_id = e.sink_id
       JOIN retention_act a ON a.tenant_id = e.tenant_id AND a.act_id = e.act_id
       WHERE e.tenant_id = $1 AND e.erasure_id = $2 FOR UPDATE OF e`,
      [tenant, erasureId],
    );
    if (!row) throw notFound("sink erasure");
    if (row.state !== "due" || row.fence !== fence) return unchanged({ isRecorded: false });
    if (outcome.kind === "later") {
      await tx.query(
        `UPDATE sink_erasure SET failures = failures + 1, trouble = $3, lease_until = NULL,
           next_attempt_at = clock_timestamp() + make_interval(secs => $4::double precision / 1000)
         WHERE tenant_id = $1 AND erasure_id = $2`,
        [tenant, erasureId, outcome.trouble, outcome.pauseMillis],
      );
      return unchanged({ isRecorded: true });
    }
    await tx.query(
      `UPDATE sink_erasure SET state = $3, trouble = NULL, lease_until = NULL, answered_at = clock_timestamp()
       WHERE tenant_id = $1 AND erasure_id = $2`,
      [tenant, erasureId, outcome.kind],
    );
    return audited(
      { isRecorded: true },
      {
        type: `runtime.delivery.erasure-${outcome.kind}`,
        subject: `sink/${row.sink_id}`,
        causedBy: row.request_event_id,
        payload: { name: row.name, actId: row.act_id, events: row.events },
      },
    );
  },
});
