import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockPromotion, personOf, promotionEvent } from "../promotion-rows.ts";
import { ConcludePromotionInput, PromotionOutcome } from "../schema.ts";

/**
 * A second person's word, with evidence, on how a promotion ended whose outcome the hook can't tell. Not
 * for whoever let it go ahead.
 */
export const concludePromotion = verb({
  name: "regions.concludePromotion",
  scope: "runtime.regions.promote",
  input: ConcludePromotionInput,
  output: PromotionOutcome,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only a person concludes a promotion.");
    const row = await lockPromotion(tx, tenant, input.promotionId);
    if (row.state !== "indeterminate" || row.concluded_by) {
      throw new AppError(
        "conflict",
        "Only a promotion whose outcome is unknown is concluded by hand.",
        {
          remedy: "Reload to see where it stands.",
        },
      );
    }
    const by = personOf(actor);
    if (row.executed_by?.issuer === by.issuer && row.executed_by.subject === by.subject) {
      throw new AppError("forbidden", "Whoever let it go ahead does not say how it ended.");
    }
    await tx.query(
      `UPDATE dr_promotion SET concluded_by = $3, conclusion = $4, due_at = clock_timestamp(), lease_until = NULL,
         updated_at = clock_timestamp() WHERE tenant_id = $1 AND promotion_id = $2`,
      [tenant, row.promotion_id, JSON.stringify({ ...by, outcome: input.outcome }), input.evidence],
    );
    return audited(
      { promotionId: row.promotion_id, state: "indeterminate" },
      {
        ...promotionEvent(row, "concluded"),
        payload: { outcome: input.outcome, evidence: input.evidence },
      },
    );
  },
});
