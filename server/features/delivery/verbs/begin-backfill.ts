import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { refuseBadQuery } from "../check-query.ts";
import { BackfillBegun, BeginBackfillInput } from "../schema.ts";
import { firstLeafSealedAt, lockSink, sealedSize } from "../sink-rows.ts";

const MOST_AT_ONCE = 5;

/**
 * Sends a range of the past once more, beside what is new: from the first event that can have been
 * recorded in it to the log's present end. The sink knows by their ids what it has.
 */
export const beginBackfill = verb({
  name: "delivery.beginBackfill",
  scope: "runtime.delivery.manage",
  input: BeginBackfillInput,
  output: BackfillBegun,
  async run({ tx, tenant, input: { sinkId, since, until, query } }) {
    const sink = await lockSink(tx, tenant, sinkId);
    refuseBadQuery(query, await tx.startedAt());
    if (since && until && since >= until) {
      throw new AppError("invalid", "until: must be after since", {
        field: "until",
        said: { key: "sink.endsBeforeBegin" },
        remedy: "Choose a later end, or leave it open.",
      });
    }
    const [running] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM sink_cursor
       WHERE tenant_id = $1 AND sink_id = $2 AND kind = 'backfill' AND state = 'running'`,
      [tenant, sinkId],
    );
    if ((running?.count ?? 0) >= MOST_AT_ONCE) {
      throw new AppError("conflict", `${MOST_AT_ONCE} backfills of this sink are running.`, {
        said: { key: "sink.tooManyBackfills", args: { most: MOST_AT_ONCE } },
        remedy: "Wait for one to end, or stop one.",
      });
    }
    const untilLeaf = await sealedSize(tx, tenant);
    const fromLeaf = since ? await firstLeafSealedAt(tx, tenant, since, untilLeaf) : 0n;
    const [cursorId, eventId] = [uuidv7(), uuidv7()];
    await tx.query(
      `INSERT INTO sink_cursor (tenant_id, cursor_id, sink_id, kind, state, from_leaf, next_leaf, until_leaf,
         since_at, until_at, query, cause_event_id, started_at, next_attempt_at)
       VALUES ($1, $2, $3, 'backfill', 'running', $4, $4, $5, $6, $7, $8, $9, clock_timestamp(), clock_timestamp())`,
      [
        tenant,
        cursorId,
        sinkId,
        fromLeaf.toString(),
        untilLeaf.toString(),
        since ?? null,
        until ?? null,
        query,
        eventId,
      ],
    );
    const range = { fromLeaf: fromLeaf.toString(), untilLeaf: untilLeaf.toString() };
    return audited(
      { cursorId, ...range },
      {
        eventId,
        type: "runtime.delivery.backfill-begun",
        subject: `sink/${sinkId}`,
        payload: {
          name: sink.name,
          backfillId: cursorId,
          query,
          ...range,
          ...(since ? { since: since.toISOString() } : {}),
          ...(until ? { until: until.toISOString() } : {}),
        },
      },
    );
  },
});
