import "server-only";
import { z } from "zod";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { findGrant } from "../grant-rows.ts";
import { lockProjection } from "../projection-rows.ts";
import { noteElevation } from "../writes/note-elevation.ts";
import { ProjectionId } from "./begin-projection.ts";

/** How often what stands elsewhere is looked at again while the grant is live. */
const LOOK_AGAIN_SECONDS = 60;
/** The longest pause between two tries. */
const MOST_PAUSE_SECONDS = 60;

export const RecordProjectionInput = ProjectionId.extend({
  fence: z.number().int(),
  /** `stands` and `gone` were read there after the change; `failed` says what went wrong, as a code. */
  seen: z.discriminatedUnion("how", [
    z.object({ how: z.literal("stands") }),
    z.object({ how: z.literal("gone") }),
    z.object({ how: z.literal("failed"), trouble: z.string().min(1).max(500) }),
  ]),
});

/** Notes what the worker read after it acted. Only what was read to be gone counts as gone. */
export const recordProjection = verb({
  name: "elevation.recordProjection",
  scope: "runtime.elevation.project",
  input: RecordProjectionInput,
  output: z.object({ state: z.string() }),
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockProjection(tx, tenant, input.projectionId);
    if (row.fence !== input.fence || row.state === "gone") return unchanged({ state: row.state });
    const { how } = input.seen;
    const isRemoval = row.state === "revoking";
    const isDone = how === (isRemoval ? "gone" : "stands");
    const state = isDone ? (isRemoval ? "gone" : "projected") : row.state;
    const trouble = isDone
      ? ""
      : input.seen.how === "failed"
        ? input.seen.trouble
        : isRemoval
          ? "it still stands"
          : "it was not there";
    const pause = isDone
      ? LOOK_AGAIN_SECONDS
      : Math.min(2 ** Math.min(row.attempts, 10), MOST_PAUSE_SECONDS);
    await tx.query(
      `UPDATE elevation_projection SET state = $3, trouble = $4, lease_until = NULL,
         attempts = CASE WHEN $6 THEN 0 ELSE attempts END,
         due_at = clock_timestamp() + make_interval(secs => $5),
         projected_at = CASE WHEN $3 = 'projected' THEN coalesce(projected_at, clock_timestamp()) ELSE projected_at END,
         gone_at = CASE WHEN $3 = 'gone' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND projection_id = $2`,
      [tenant, row.projection_id, state, trouble, pause, isDone],
    );
    const isNews = isDone ? state !== row.state : trouble !== row.trouble;
    if (!isNews) return unchanged({ state });
    const grant = await findGrant(tx, tenant, row.grant_id);
    const event = await noteElevation(context, {
      act: isDone ? (isRemoval ? "projection-gone" : "projected") : "projection-failed",
      grantId: row.grant_id,
      note: trouble,
      ...(grant ? { causedBy: grant.grant_event_id } : {}),
      payload: { projectionId: row.projection_id, kind: row.kind, target: row.target },
    });
    return audited({ state }, event);
  },
});
