import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  approved,
  ask,
  eventsOf,
  newRegions,
  promotionOf,
  REASON,
  submitted,
} from "../testing/region-rig.ts";
import { executePromotion } from "./execute-promotion.ts";
import { withdrawPromotion } from "./withdraw-promotion.ts";

test.each([
  ["as asked for", ask],
  ["before its approvers", submitted],
  ["approved", approved],
])("one that is %s is taken back, its approval with it, once", async (_, make) => {
  const rig = await newRegions();
  const promotionId = await make(rig);
  await runVerb(withdrawPromotion, rig.admin, { promotionId, reason: REASON });
  await runVerb(withdrawPromotion, rig.admin, { promotionId, reason: REASON });
  const row = await promotionOf(rig, promotionId);
  expect(row).toMatchObject({ state: "withdrawn", finished_at: expect.any(Date) });
  const approvals = await asSuperuser("SELECT state FROM approval_request WHERE tenant_id = $1", [
    rig.tenant,
  ]);
  expect(approvals.every(({ state }) => state === "withdrawn")).toBe(true);
  const events = await eventsOf(rig, `dr-promotion/${promotionId}`);
  expect(events.filter((type) => type === "runtime.regions.promotion-withdrawn")).toHaveLength(1);
});

test("one that is being carried out can't be taken back", async () => {
  const rig = await newRegions();
  const promotionId = await approved(rig);
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  await expect(
    runVerb(withdrawPromotion, rig.admin, { promotionId, reason: REASON }),
  ).rejects.toMatchObject({
    code: "conflict",
    message: "This promotion is executing.",
  });
});

test("another tenant's is not found; without the scope it is forbidden; a reason is asked for", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await ask(rig);
  const input = { promotionId, reason: REASON };
  await expect(runVerb(withdrawPromotion, other.admin, input)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(withdrawPromotion, rig.worker, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(withdrawPromotion, rig.admin, { ...input, reason: "" }),
  ).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
});
