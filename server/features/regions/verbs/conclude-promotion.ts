import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockPromotion, personOf, promotionEvent } from "../promotion-rows.ts";
import { ConcludePromotionInput, PromotionOutcome } from "../schema.ts";
import { makePrimary } from "../writes/make-primary.ts";

/**
 * A second person's word, with evidence, on how a promotion ended that the hook can't tell of, or that
 * does not go on. Not for whoever let it go ahead, and not while a worker is at it.
 */
export const concludePromotion = verb({
  name: "regions.concludePromotion",
  scope: "runtime.regions.promote",
  input: ConcludePromotionInput,
  output: PromotionOutcome,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only a person concludes a promotion.", {
        said: { key: "people.concludePromotion" },
      });
    const row = await lockPromotion(tx, tenant, input.promotionId);
    const isUnderWay = row.state === "executing" || row.state === "indeterminate";
    if (!isUnderWay || row.is_leased) {
      throw new AppError("conflict", "Only a promotion that is stuck is concluded by hand.", {
        said: { key: "regions.notStuck" },
        remedy: "Reload to see where it stands.",
      });
    }
    if (input.outcome === "succeeded" && !row.hook_begun_at) {
      throw new AppError("conflict", "The hook was not called yet: nothing can have succeeded.", {
        said: { key: "regions.hookNotCalled" },
        field: "outcome",
      });
    }
    const by = personOf(actor);
    if (row.executed_by?.issuer === by.issuer && row.executed_by.subject === by.subject) {
      throw new AppError("forbidden", "Whoever let it go ahead does not say how it ended.", {
        said: { key: "regions.sameExecutor" },
      });
    }
    await tx.query(
      `UPDATE dr_promotion SET state = $3, concluded_by = $4, conclusion = $5, error_code = NULL, error_text = NULL,
         lease_until = NULL, updated_at = clock_timestamp(), finished_at = clock_timestamp()
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [
        tenant,
        row.promotion_id,
        input.outcome,
        JSON.stringify({ ...by, outcome: input.outcome }),
        input.evidence,
      ],
    );
    if (input.outcome === "succeeded") await makePrimary(tx, tenant, row.target_region);
    return audited(
      { promotionId: row.promotion_id, state: input.outcome },
      {
        ...promotionEvent(row, "concluded"),
        outcome: input.outcome,
        payload: {
          evidence: input.evidence,
          before: row.state,
          from: row.from_region,
          target: row.target_region,
        },
      },
    );
  },
});
