import "server-only";
import { uuidv7 } from "uuidv7";
import { isolated } from "#server/engines/words/isolated.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { personOf, promotionEvent } from "../promotion-rows.ts";
import { regionsOf } from "../region-rows.ts";
import { PromotionOutcome, RequestPromotionInput } from "../schema.ts";

/** Asks that another region become the primary: planned, or because the primary is lost. */
export const requestPromotion = verb({
  name: "regions.requestPromotion",
  scope: "runtime.regions.promote",
  input: RequestPromotionInput,
  output: PromotionOutcome,
  async run({ tx, tenant, actor, input }) {
    const regions = await regionsOf(tx, tenant);
    const target = regions.find(({ region_id: id }) => id === input.targetRegionId);
    if (!target) throw notFound("region");
    const primary = regions.find(({ role }) => role === "primary");
    if (target.role === "primary") {
      throw new AppError("conflict", `${target.display_name} is the primary already.`, {
        said: { key: "regions.primaryAlready", args: { name: isolated(target.display_name) } },
        field: "targetRegionId",
        remedy: "Choose another region.",
      });
    }
    if (!primary)
      throw new AppError("conflict", "No region is the primary: nothing to take over from.", {
        said: { key: "regions.noPrimary" },
      });
    const row = { promotion_id: uuidv7(), cause_event_id: uuidv7() };
    await tx.query(
      `INSERT INTO dr_promotion (tenant_id, promotion_id, kind, from_region, target_region, reason, state, requested_by,
         cause_event_id, due_at, created_at, updated_at)
       SELECT $1, $2, $3, $4, $5, $6, 'requested', $7, $8, now, now, now FROM clock_timestamp() AS now`,
      [
        tenant,
        row.promotion_id,
        input.kind,
        primary.region,
        target.region,
        input.reason,
        JSON.stringify(personOf(actor)),
        row.cause_event_id,
      ],
    );
    const { causedBy: eventId, ...event } = promotionEvent(row, "requested");
    return audited(
      { promotionId: row.promotion_id, state: "requested" },
      {
        ...event,
        eventId,
        payload: {
          kind: input.kind,
          from: primary.region,
          target: target.region,
          reason: input.reason,
        },
      },
    );
  },
});
