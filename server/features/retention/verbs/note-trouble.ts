import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { actRef, lockAct } from "../act-rows.ts";

/** From so many tries on it is no passing trouble: with the pauses between them that is a minute. */
export const TRIES_BEFORE_TELLING = 5;

/**
 * Notes why an act could not be carried out this time; it is tried again. `isNew`: it keeps failing, and people must
 * be told, once an act.
 */
export const noteTrouble = verb({
  name: "retention.noteTrouble",
  scope: "runtime.retention.carry-out",
  input: z.object({ actId: z.uuid(), trouble: z.string().min(1).max(1_000) }),
  output: z.object({ isNew: z.boolean(), kind: z.string() }),
  async run({ tx, tenant, actor, input: { actId, trouble } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockAct(tx, tenant, actId);
    const isOpen = ["due", "acting", "destroyed"].includes(row.state);
    if (!isOpen) return unchanged({ isNew: false, kind: row.kind });
    const isNew = row.attempt >= TRIES_BEFORE_TELLING && row.told_at === null;
    await tx.query(
      `UPDATE retention_act SET trouble = $3, lease_until = NULL,
         told_at = CASE WHEN $4 THEN clock_timestamp() ELSE told_at END
       WHERE tenant_id = $1 AND act_id = $2`,
      [tenant, actId, trouble, isNew],
    );
    if (!isNew) return unchanged({ isNew, kind: row.kind });
    return audited(
      { isNew, kind: row.kind },
      {
        type: "runtime.retention.act-failing",
        subject: actRef(actId),
        outcome: "failed",
        causedBy: row.request_event_id,
        payload: { act: row.kind, state: row.state, attempts: row.attempt, trouble },
      },
    );
  },
});
