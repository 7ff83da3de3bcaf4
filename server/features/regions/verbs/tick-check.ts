import "server-only";
import { createHash } from "node:crypto";
import { CHECKLISTS } from "#server/engines/dr-promotion/checklist.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { checksOf, lockPromotion, personOf, promotionEvent } from "../promotion-rows.ts";
import { PromotionOutcome, TickCheckInput } from "../schema.ts";

/** Ticks an item of the runbook, with the evidence for it. Only before the approval is asked for. */
export const tickCheck = verb({
  name: "regions.tickCheck",
  scope: "runtime.regions.promote",
  input: TickCheckInput,
  output: PromotionOutcome,
  async run({ tx, tenant, actor, input }) {
    const row = await lockPromotion(tx, tenant, input.promotionId);
    if (row.state !== "requested") {
      throw new AppError(
        "conflict",
        "The checklist is closed: it is what the approvers were shown.",
        {
          said: { key: "regions.listClosed" },
          remedy: "Withdraw this promotion and ask for another one.",
        },
      );
    }
    if (!CHECKLISTS[row.kind].includes(input.item)) {
      throw new AppError("invalid", `item: a ${row.kind} does not ask for ${input.item}`, {
        said: { key: "regions.foreignItem" },
        field: "item",
        remedy: "Tick an item of its own list.",
      });
    }
    const output = { promotionId: row.promotion_id, state: row.state };
    const checks = await checksOf(tx, tenant, [row.promotion_id]);
    if (checks.some(({ item, evidence }) => item === input.item && evidence === input.evidence)) {
      return unchanged(output);
    }
    await tx.query(
      `INSERT INTO dr_promotion_check (tenant_id, promotion_id, item, evidence, ticked_by, ticked_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp())
       ON CONFLICT (tenant_id, promotion_id, item) DO UPDATE
         SET evidence = excluded.evidence, ticked_by = excluded.ticked_by, ticked_at = excluded.ticked_at`,
      [tenant, row.promotion_id, input.item, input.evidence, JSON.stringify(personOf(actor))],
    );
    const digest = createHash("sha256").update(input.evidence).digest("hex");
    return audited(output, {
      ...promotionEvent(row, "check-ticked"),
      payload: { item: input.item, evidence: input.evidence, evidenceDigest: digest },
    });
  },
});
