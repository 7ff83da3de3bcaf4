import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import {
  ask,
  eventsOf,
  newRegions,
  promotionOf,
  REASON,
  readRegions,
} from "../testing/region-rig.ts";
import { requestPromotion } from "./request-promotion.ts";

test("a promotion is asked for, from the primary to another region, and changes nothing yet", async () => {
  const rig = await newRegions();
  const promotionId = await ask(rig);
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "requested",
    kind: "planned-switchover",
    from_region: "muscat",
    target_region: "salalah",
    requested_by: { kind: "user", subject: "operator" },
    subject_digest: null,
  });
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toEqual([
    "runtime.regions.promotion-requested",
  ]);
  expect((await readRegions(rig)).regions[0]).toMatchObject({ region: "muscat", role: "primary" });
});

test("the primary can't be promoted; another tenant's region is not found", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const [muscat, salalah] = (await readRegions(rig)).regions;
  const input = { kind: "disaster", reason: REASON } as const;
  await expect(
    runVerb(requestPromotion, rig.admin, { ...input, targetRegionId: muscat?.region_id ?? "" }),
  ).rejects.toMatchObject({ code: "conflict", message: "Muscat is the primary already." });
  await expect(
    runVerb(requestPromotion, other.admin, { ...input, targetRegionId: salalah?.region_id ?? "" }),
  ).rejects.toMatchObject({ code: "not_found" });
});

test("without the scope it is forbidden; bad input names the field; the same key asks once", async () => {
  const rig = await newRegions();
  const [, salalah] = (await readRegions(rig)).regions;
  const input = {
    kind: "disaster",
    targetRegionId: salalah?.region_id ?? "",
    reason: REASON,
  } as const;
  await expect(runVerb(requestPromotion, rig.worker, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(requestPromotion, rig.admin, { ...input, reason: "now" }),
  ).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
  const once = { ...rig.admin, idempotencyKey: "promote-salalah-1" };
  const first = await runVerb(requestPromotion, once, input);
  expect(await runVerb(requestPromotion, once, input)).toEqual(first);
});
