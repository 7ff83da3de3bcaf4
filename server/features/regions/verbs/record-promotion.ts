import "server-only";
import { z } from "zod";
import { afterHook, type PromotionState } from "#server/engines/dr-promotion/state-machine.ts";
import { backoffSeconds } from "#server/engines/rotation/state-machine.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockPromotion, promotionEvent } from "../promotion-rows.ts";
import { PromotionId } from "../schema.ts";
import { makePrimary } from "../writes/make-primary.ts";

const ASK_AGAIN_SECONDS = 5;

/**
 * Notes what came of a promotion's step (law 2: record). Only the newest claim is listened to. Success
 * makes the target the primary, in this same transaction; rotations go on, in the new primary.
 */
export const recordPromotion = verb({
  name: "regions.recordPromotion",
  scope: "runtime.regions.settle",
  input: PromotionId.extend({
    fence: z.string().regex(/^\d{1,19}$/),
    answer: z.enum(["succeeded", "failed", "running", "unknown", "absent", "never-sent"]),
    detail: z.string().max(1_000).default(""),
  }),
  output: z.object({ isRecorded: z.boolean(), state: z.string() }),
  async run({ tx, tenant, input }) {
    const row = await lockPromotion(tx, tenant, input.promotionId);
    const isUnderWay = row.state === "executing" || row.state === "indeterminate";
    if (!isUnderWay || row.fence !== input.fence || !row.is_leased) {
      return unchanged({ isRecorded: false, state: row.state });
    }
    const { answer, detail } = input;
    const isSetback = answer === "unknown" || answer === "never-sent";
    const attempt = isSetback ? row.attempt + 1 : 0;
    const to: PromotionState = afterHook(answer, attempt);
    const isOver = to === "succeeded" || to === "failed";
    // Nothing was done by a hook that was not reached or knows nothing of it: then it may be called.
    const isUntouched = answer === "absent" || answer === "never-sent";
    await tx.query(
      `UPDATE dr_promotion SET state = $3, attempt = $4, lease_until = NULL, updated_at = clock_timestamp(),
         hook_begun_at = CASE WHEN $5 THEN NULL ELSE hook_begun_at END,
         error_code = $6, error_text = $7,
         due_at = clock_timestamp() + make_interval(secs => $8),
         finished_at = CASE WHEN $9 THEN clock_timestamp() END
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [
        tenant,
        row.promotion_id,
        to,
        attempt,
        isUntouched,
        answer === "succeeded" || answer === "running" ? null : `hook_${answer.replace("-", "_")}`,
        answer === "succeeded" || detail === "" ? null : detail,
        isSetback ? backoffSeconds(attempt) : ASK_AGAIN_SECONDS,
        isOver,
      ],
    );
    if (to === "succeeded") {
      await makePrimary(tx, tenant, row.target_region);
      await tx.query(
        "UPDATE store_observation SET next_observation_at = clock_timestamp() WHERE tenant_id = $1 AND region = ANY ($2)",
        [tenant, [row.from_region, row.target_region]],
      );
    }
    const output = { isRecorded: true, state: to };
    if (to === row.state && answer === "running") return unchanged(output);
    return audited(output, {
      ...promotionEvent(row, to === row.state ? `hook-${answer}` : to),
      outcome: to === "failed" || isSetback ? "failed" : "succeeded",
      payload: { answer, detail, attempt, from: row.from_region, target: row.target_region },
    });
  },
});
