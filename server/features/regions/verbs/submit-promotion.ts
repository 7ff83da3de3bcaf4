import "server-only";
import { missingChecks } from "#server/engines/dr-promotion/checklist.ts";
import { requestApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { assertMay, checksOf, lockPromotion, promotionEvent } from "../promotion-rows.ts";
import { currentFields } from "../promotion-subject.ts";
import { PromotionId, PromotionOutcome } from "../schema.ts";

/** An approval of a promotion is of the moment: what was seen of the regions soon is not so any more. */
const APPROVAL_SECONDS = { "planned-switchover": 24 * 3_600, disaster: 2 * 3_600 } as const;

/** Puts a promotion whose checklist is complete before its approvers, with everything seen at this moment. */
export const submitPromotion = verb({
  name: "regions.submitPromotion",
  scope: "runtime.regions.promote",
  input: PromotionId,
  output: PromotionOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockPromotion(tx, tenant, input.promotionId);
    assertMay(row, "awaiting_approval");
    const checks = await checksOf(tx, tenant, [row.promotion_id]);
    const missing = missingChecks(
      row.kind,
      checks.map(({ item }) => item),
    );
    if (missing.length > 0) {
      throw new AppError("conflict", `These items lack evidence: ${missing.join(", ")}.`, {
        said: { key: "regions.lackEvidence", args: { count: missing.length } },
        remedy: "Tick each of them, then ask for the approval.",
      });
    }
    const { output, events } = await runWithin(requestApproval, context, {
      kind: "dr-promotion",
      subjectRef: `dr-promotion/${row.promotion_id}`,
      subject: await currentFields(tx, tenant, row),
      reason: row.reason,
      expiresInSeconds: APPROVAL_SECONDS[row.kind],
    });
    await tx.query(
      `UPDATE dr_promotion SET state = 'awaiting_approval', approval_id = $3, subject_digest = $4, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND promotion_id = $2`,
      [tenant, row.promotion_id, output.requestId, Buffer.from(output.subjectDigest, "hex")],
    );
    return audited(
      { promotionId: row.promotion_id, state: "awaiting_approval" },
      {
        ...promotionEvent(row, "submitted"),
        payload: { approvalId: output.requestId, subjectDigest: output.subjectDigest },
      },
      ...events,
    );
  },
});
