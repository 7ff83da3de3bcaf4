import "server-only";
import { closeApproval } from "#server/features/approvals/index.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertMay, lockPromotion, promotionEvent } from "../promotion-rows.ts";
import { PromotionOutcome, WithdrawPromotionInput } from "../schema.ts";

/** Takes a promotion back before it executes, and its request for approval with it. */
export const withdrawPromotion = verb({
  name: "regions.withdrawPromotion",
  scope: "runtime.regions.promote",
  input: WithdrawPromotionInput,
  output: PromotionOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockPromotion(tx, tenant, input.promotionId);
    const output = { promotionId: row.promotion_id, state: "withdrawn" };
    if (row.state === "withdrawn") return unchanged(output);
    assertMay(row, "withdrawn");
    const closed = row.approval_id
      ? await runWithin(closeApproval, context, {
          requestId: row.approval_id,
          reason: input.reason,
        })
      : null;
    await tx.query(
      `UPDATE dr_promotion SET state = 'withdrawn', updated_at = clock_timestamp(), finished_at = clock_timestamp()
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [tenant, row.promotion_id],
    );
    return audited(
      output,
      { ...promotionEvent(row, "withdrawn"), payload: { reason: input.reason } },
      ...(closed?.events ?? []),
    );
  },
});
