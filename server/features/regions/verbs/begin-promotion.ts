import "server-only";
import { z } from "zod";
import { ConsumeApprovalInput, consumeApproval } from "#server/features/approvals/index.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockPromotion, promotionEvent } from "../promotion-rows.ts";
import { currentDigest } from "../promotion-subject.ts";
import { PromotionId } from "../schema.ts";

/** Longer than a call of the hook can take. */
const LEASE_SECONDS = 90;
const WAIT_SECONDS = 2;

export const PromotionTask = z.object({
  promotionId: z.string(),
  kind: z.enum(["planned-switchover", "disaster"]),
  from: z.string(),
  target: z.string(),
  fence: z.string(),
  /** `call` the hook, or `ask` it what came of an earlier call. */
  act: z.enum(["call", "ask"]),
});
export type PromotionTask = z.infer<typeof PromotionTask>;

/**
 * Takes a promotion for one worker and records what is about to be done (law 2: begin). First the
 * approval is used, with the approvers' roles as just read again; a planned switchover waits until no
 * rotation is held. A hook that was called before is asked, never called again on a guess.
 */
export const beginPromotion = verb({
  name: "regions.beginPromotion",
  scope: "runtime.regions.settle",
  input: PromotionId.extend({ approvers: ConsumeApprovalInput.shape.approvers }),
  output: z.object({ task: PromotionTask.nullable(), state: z.string() }),
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockPromotion(tx, tenant, input.promotionId);
    const isUnderWay = row.state === "executing" || row.state === "indeterminate";
    if (!isUnderWay || row.is_leased || !row.is_due)
      return unchanged({ task: null, state: row.state });
    const events = [];
    if (!row.approval_used_at) {
      const digest = await currentDigest(tx, tenant, row, row.requested_by);
      const used = await runWithin(consumeApproval, context, {
        requestId: row.approval_id ?? "",
        kind: "dr-promotion",
        subjectRef: `dr-promotion/${row.promotion_id}`,
        subjectDigest: digest.toString("hex"),
        approvers: input.approvers,
      });
      events.push(...used.events);
      if (used.output.outcome === "refused") {
        const code = `approval_${used.output.why.replaceAll("-", "_")}`;
        await tx.query(
          `UPDATE dr_promotion SET state = 'failed', error_code = $3, error_text = $4, updated_at = clock_timestamp(),
             finished_at = clock_timestamp() WHERE tenant_id = $1 AND promotion_id = $2`,
          [tenant, row.promotion_id, code, "The approval could not be used. Nothing was done."],
        );
        const failed = {
          ...promotionEvent(row, "failed"),
          outcome: "failed",
          payload: { code },
        } as const;
        return audited({ task: null, state: "failed" }, failed, ...events);
      }
    }
    const [held] = (await tx.query<{ count: number }>("SELECT app.held_rotations() AS count")) as [
      { count: number },
    ];
    const mustDrain = row.kind === "planned-switchover" && !row.hook_begun_at && held.count > 0;
    const act = row.hook_begun_at ? "ask" : "call";
    // A lease that ran out is a worker that died in the middle: what its call came to is not known.
    const isLost =
      row.state === "executing" && row.hook_begun_at !== null && row.lease_until !== null;
    const state = isLost ? "indeterminate" : row.state;
    const [claim] = (await tx.query<{ fence: string }>(
      `UPDATE dr_promotion SET approval_used_at = coalesce(approval_used_at, clock_timestamp()), state = $3,
         fence = fence + 1, updated_at = clock_timestamp(),
         lease_until = CASE WHEN $4 THEN NULL ELSE clock_timestamp() + make_interval(secs => $5) END,
         due_at = clock_timestamp() + make_interval(secs => CASE WHEN $4 THEN $6 ELSE 0 END),
         hook_begun_at = CASE WHEN $4 THEN NULL ELSE coalesce(hook_begun_at, clock_timestamp()) END
       WHERE tenant_id = $1 AND promotion_id = $2 RETURNING fence::text`,
      [tenant, row.promotion_id, state, mustDrain, LEASE_SECONDS, WAIT_SECONDS],
    )) as [{ fence: string }];
    const task = {
      promotionId: row.promotion_id,
      kind: row.kind,
      from: row.from_region,
      target: row.target_region,
      fence: claim.fence,
      act,
    } as const;
    const begun = {
      ...promotionEvent(
        row,
        mustDrain ? "waits-for-rotations" : isLost ? "indeterminate" : `hook-${act}`,
      ),
      payload: { heldRotations: held.count, fence: claim.fence },
    };
    // Waiting is told once, when the approval is used.
    if (mustDrain && events.length === 0) return unchanged({ task: null, state });
    return audited({ task: mustDrain ? null : task, state }, begun, ...events);
  },
});
