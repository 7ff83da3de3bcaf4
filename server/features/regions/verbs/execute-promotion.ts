import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { assertMay, lockPromotion, personOf, promotionEvent } from "../promotion-rows.ts";
import { currentDigest } from "../promotion-subject.ts";
import { ExecutePromotionInput, PromotionOutcome } from "../schema.ts";

/**
 * A person's word to go: from now on rotations wait, and the worker uses the approval and calls the
 * operator's hook. Throws `stale` when what was approved is no longer what is seen.
 */
export const executePromotion = verb({
  name: "regions.executePromotion",
  scope: "runtime.regions.promote",
  input: ExecutePromotionInput,
  output: PromotionOutcome,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "user") {
      throw new AppError("forbidden", "Only a person lets a promotion go ahead.", {
        said: { key: "people.executePromotion" },
      });
    }
    // One after the other: two approved ones must not both find that none is under way.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `dr_promotion|${tenant}`,
    ]);
    const row = await lockPromotion(tx, tenant, input.promotionId);
    assertMay(row, "executing");
    const digest = await currentDigest(tx, tenant, row, row.requested_by);
    const isStale =
      !row.subject_digest?.equals(digest) || digest.toString("hex") !== input.subjectDigest;
    if (isStale) {
      throw new AppError("stale", "The regions are no longer what the approvers were shown.", {
        said: { key: "regions.changed" },
        field: "subjectDigest",
        remedy: "Withdraw this promotion, look again, and ask for another approval.",
      });
    }
    const [other] = await tx.query(
      "SELECT 1 FROM dr_promotion WHERE tenant_id = $1 AND state IN ('executing', 'indeterminate')",
      [tenant],
    );
    if (other) {
      throw new AppError("conflict", "Another promotion is being carried out.", {
        said: { key: "regions.anotherRuns" },
        remedy: "Wait until it has ended.",
      });
    }
    await tx.query(
      `UPDATE dr_promotion SET state = 'executing', executed_by = $3, due_at = clock_timestamp(), updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [tenant, row.promotion_id, JSON.stringify(personOf(actor))],
    );
    return audited(
      { promotionId: row.promotion_id, state: "executing" },
      { ...promotionEvent(row, "executing"), payload: { subjectDigest: input.subjectDigest } },
    );
  },
});
