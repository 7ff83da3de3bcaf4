import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { BackfillStopped, StopBackfillInput } from "../schema.ts";

/** Ends a backfill where it stands. What it has sent stays sent. */
export const stopBackfill = verb({
  name: "delivery.stopBackfill",
  scope: "runtime.delivery.manage",
  input: StopBackfillInput,
  output: BackfillStopped,
  async run({ tx, tenant, input: { cursorId } }) {
    const [cursor] = await tx.query<{ sink_id: string; state: string; next_leaf: string }>(
      `SELECT sink_id, state, next_leaf::text FROM sink_cursor
       WHERE tenant_id = $1 AND cursor_id = $2 AND kind = 'backfill' FOR UPDATE`,
      [tenant, cursorId],
    );
    if (!cursor) throw notFound("sink backfill");
    if (cursor.state !== "running") return unchanged({ cursorId, state: cursor.state });
    await tx.query(
      `UPDATE sink_cursor SET state = 'stopped', finished_at = clock_timestamp() WHERE tenant_id = $1 AND cursor_id = $2`,
      [tenant, cursorId],
    );
    return audited(
      { cursorId, state: "stopped" },
      {
        type: "runtime.delivery.backfill-stopped",
        subject: `sink/${cursor.sink_id}`,
        payload: { backfillId: cursorId, atLeaf: cursor.next_leaf },
      },
    );
  },
});
