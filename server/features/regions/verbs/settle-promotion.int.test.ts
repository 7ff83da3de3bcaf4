import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  approved,
  eventsOf,
  newRegions,
  promotionOf,
  review,
  submitted,
} from "../testing/region-rig.ts";
import { settlePromotion } from "./settle-promotion.ts";

test("while nobody has decided nothing changes; the last place taken approves, once", async () => {
  const rig = await newRegions();
  const promotionId = await submitted(rig);
  await review(rig, promotionId, rig.admin);
  expect(await runVerb(settlePromotion, rig.worker, { promotionId })).toMatchObject({
    state: "awaiting_approval",
  });
  await review(rig, promotionId, rig.officer);
  expect(await runVerb(settlePromotion, rig.worker, { promotionId })).toMatchObject({
    state: "approved",
  });
  expect(await runVerb(settlePromotion, rig.worker, { promotionId })).toMatchObject({
    state: "approved",
  });
  const events = await eventsOf(rig, `dr-promotion/${promotionId}`);
  expect(events.filter((type) => type.endsWith("-approved"))).toHaveLength(1);
});

test("a rejected one is over; an approval that runs out unused ends it", async () => {
  const rig = await newRegions();
  const rejected = await submitted(rig);
  await review(rig, rejected, rig.officer, "reject");
  expect(await runVerb(settlePromotion, rig.worker, { promotionId: rejected })).toMatchObject({
    state: "rejected",
  });
  expect(await promotionOf(rig, rejected)).toMatchObject({ finished_at: expect.any(Date) });
  const unused = await approved(rig);
  await asSuperuser(
    "UPDATE approval_request SET expires_at = clock_timestamp() WHERE tenant_id = $1 AND state = 'approved'",
    [rig.tenant],
  );
  expect(await runVerb(settlePromotion, rig.worker, { promotionId: unused })).toMatchObject({
    state: "expired",
  });
});

test("another tenant's is not found; a person may not; bad input names the field", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await submitted(rig);
  await expect(runVerb(settlePromotion, other.worker, { promotionId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(settlePromotion, rig.admin, { promotionId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(settlePromotion, rig.worker, { promotionId: "" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "promotionId" },
  });
});
