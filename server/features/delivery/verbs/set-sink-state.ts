import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { SetSinkStateInput, SinkStateSet } from "../schema.ts";
import { lockSink } from "../sink-rows.ts";

const ACTS = { active: "sink-resumed", paused: "sink-paused", removed: "sink-removed" } as const;

/**
 * Pauses a sink, resumes it where it stood, or removes it for good. What is under way at a receiver is
 * not taken back; nothing more is noted of it once the sink is removed.
 */
export const setSinkState = verb({
  name: "delivery.setSinkState",
  scope: "runtime.delivery.manage",
  input: SetSinkStateInput,
  output: SinkStateSet,
  async run({ tx, tenant, input: { sinkId, state, reason } }) {
    const sink = await lockSink(tx, tenant, sinkId);
    if (sink.state === state) return unchanged({ sinkId, state });
    await tx.query(
      `UPDATE sink SET state = $3, changed_at = clock_timestamp(), lagging_since = NULL
       WHERE tenant_id = $1 AND sink_id = $2`,
      [tenant, sinkId, state],
    );
    if (state === "removed") {
      await tx.query(
        `UPDATE sink_cursor SET state = 'stopped', finished_at = clock_timestamp()
         WHERE tenant_id = $1 AND sink_id = $2 AND state = 'running'`,
        [tenant, sinkId],
      );
      await tx.query(
        `UPDATE sink_dead_letter SET state = 'discarded', settled_at = clock_timestamp()
         WHERE tenant_id = $1 AND sink_id = $2 AND state IN ('waiting', 'redriving')`,
        [tenant, sinkId],
      );
    } else if (state === "active") {
      await tx.query(
        `UPDATE sink_cursor SET next_attempt_at = clock_timestamp() WHERE tenant_id = $1 AND sink_id = $2 AND state = 'running'`,
        [tenant, sinkId],
      );
    }
    return audited(
      { sinkId, state },
      {
        type: `runtime.delivery.${ACTS[state]}`,
        subject: `sink/${sinkId}`,
        payload: { name: sink.name, reason, before: { state: sink.state }, after: { state } },
      },
    );
  },
});
