import "server-only";
import { uuidv7 } from "uuidv7";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { DeadLettersSettled, SettleDeadLettersInput } from "../schema.ts";
import { lockSink } from "../sink-rows.ts";

/** Has dead letters sent once more, or gives them up for good. Those that do not wait are left as they are. */
export const settleDeadLetters = verb({
  name: "delivery.settleDeadLetters",
  scope: "runtime.delivery.manage",
  input: SettleDeadLettersInput,
  output: DeadLettersSettled,
  async run({ tx, tenant, input: { sinkId, letterIds, act, reason } }) {
    const sink = await lockSink(tx, tenant, sinkId);
    const wanted = letterIds ? [...new Set(letterIds)] : null;
    if (wanted) {
      const [found] = await tx.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM sink_dead_letter
         WHERE tenant_id = $1 AND sink_id = $2 AND letter_id = ANY ($3::uuid[])`,
        [tenant, sinkId, wanted],
      );
      if (found?.count !== wanted.length) throw notFound("dead letter");
    }
    const settled = await tx.query(
      `UPDATE sink_dead_letter SET state = $3, settled_at = CASE WHEN $3 = 'discarded' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND sink_id = $2 AND state = 'waiting' AND ($4::uuid[] IS NULL OR letter_id = ANY ($4::uuid[]))
       RETURNING letter_id`,
      [tenant, sinkId, act === "discard" ? "discarded" : "redriving", wanted],
    );
    if (settled.length === 0) return unchanged({ count: 0 });
    const eventId = uuidv7();
    if (act === "redrive") {
      await tx.query(
        `INSERT INTO sink_cursor AS c (tenant_id, cursor_id, sink_id, kind, state, from_leaf, next_leaf, cause_event_id, started_at, next_attempt_at)
         VALUES ($1, $2, $3, 'redrive', 'running', 0, 0, $4, clock_timestamp(), clock_timestamp())
         ON CONFLICT (tenant_id, sink_id, kind) WHERE kind <> 'backfill' DO UPDATE SET state = 'running', finished_at = NULL,
           cause_event_id = excluded.cause_event_id, started_at = excluded.started_at, next_attempt_at = excluded.next_attempt_at`,
        [tenant, uuidv7(), sinkId, eventId],
      );
    }
    return audited(
      { count: settled.length },
      {
        eventId,
        type: `runtime.delivery.dead-letters-${act === "discard" ? "discarded" : "redriven"}`,
        subject: `sink/${sinkId}`,
        payload: { name: sink.name, count: settled.length, reason },
      },
    );
  },
});
