import "server-only";
import type { PromotionState } from "#server/engines/dr-promotion/state-machine.ts";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertMay, lockPromotion, promotionEvent } from "../promotion-rows.ts";
import { PromotionId, PromotionOutcome } from "../schema.ts";

const FOLLOWS: Partial<Record<string, PromotionState>> = {
  approved: "approved",
  rejected: "rejected",
  expired: "expired",
  withdrawn: "withdrawn",
};

/** Lets a promotion follow its approval: approved, rejected, taken back, or run out unused. */
export const settlePromotion = verb({
  name: "regions.settlePromotion",
  scope: "runtime.regions.settle",
  input: PromotionId,
  output: PromotionOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockPromotion(tx, tenant, input.promotionId);
    const isWaiting = row.state === "awaiting_approval" || row.state === "approved";
    const approval = row.approval_id
      ? await approvalInBrief(tx, tenant, row.approval_id)
      : undefined;
    const to = approval && FOLLOWS[approval.state];
    if (!isWaiting || !to || to === row.state) {
      return unchanged({ promotionId: row.promotion_id, state: row.state });
    }
    assertMay(row, to);
    await tx.query(
      `UPDATE dr_promotion SET state = $3, updated_at = clock_timestamp(),
         finished_at = CASE WHEN $3 = 'approved' THEN NULL ELSE clock_timestamp() END
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [tenant, row.promotion_id, to],
    );
    return audited(
      { promotionId: row.promotion_id, state: to },
      {
        ...promotionEvent(row, to),
        outcome: to === "approved" ? "succeeded" : "failed",
        payload: { approvalId: row.approval_id, from: row.state },
      },
    );
  },
});
