import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { serviceOf } from "#test/fixtures/callers.ts";
import {
  approved,
  approversOf,
  eventsOf,
  newRegions,
  promotionOf,
  type RegionRig,
  readRegions,
  submitted,
} from "../testing/region-rig.ts";
import { beginPromotion } from "./begin-promotion.ts";
import { concludePromotion } from "./conclude-promotion.ts";
import { executePromotion } from "./execute-promotion.ts";
import { recordPromotion } from "./record-promotion.ts";

const evidence = "bao status in salalah says active";

async function indeterminate(rig: RegionRig) {
  const promotionId = await approved(rig, "disaster");
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  const { task } = await runVerb(beginPromotion, rig.worker, {
    promotionId,
    approvers: approversOf(rig),
  });
  await runVerb(recordPromotion, rig.worker, {
    promotionId,
    fence: task?.fence ?? "",
    answer: "unknown",
  });
  return promotionId;
}

test("a second person says how it ended, with evidence; the roles follow in the same act", async () => {
  const rig = await newRegions();
  const promotionId = await indeterminate(rig);
  await runVerb(concludePromotion, rig.admin, { promotionId, outcome: "succeeded", evidence });
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "succeeded",
    conclusion: evidence,
    concluded_by: { subject: "admin" },
    finished_at: expect.any(Date),
  });
  expect((await readRegions(rig)).regions.map(({ region, role }) => [region, role])).toEqual([
    ["muscat", "read-only"],
    ["salalah", "primary"],
  ]);
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toContain(
    "runtime.regions.promotion-concluded",
  );
  await expect(
    runVerb(concludePromotion, rig.officer, { promotionId, outcome: "failed", evidence }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("one that never got to its hook can be ended, but not be said to have succeeded", async () => {
  const rig = await newRegions();
  const promotionId = await approved(rig);
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  const said = { promotionId, evidence } as const;
  await expect(
    runVerb(concludePromotion, rig.admin, { ...said, outcome: "succeeded" }),
  ).rejects.toMatchObject({ code: "conflict", details: { field: "outcome" } });
  await runVerb(concludePromotion, rig.admin, { ...said, outcome: "failed" });
  expect((await promotionOf(rig, promotionId)).state).toBe("failed");
  expect((await readRegions(rig)).regions[0]).toMatchObject({ role: "primary" });
});

test("not whoever let it go ahead, not a machine, and not while the hook can still tell", async () => {
  const rig = await newRegions();
  const promotionId = await indeterminate(rig);
  const said = { promotionId, outcome: "failed", evidence } as const;
  await expect(runVerb(concludePromotion, rig.operator, said)).rejects.toMatchObject({
    code: "forbidden",
  });
  const machine = serviceOf(rig.tenant, "pipeline", "unknown", ["runtime.regions.promote"]);
  await expect(runVerb(concludePromotion, machine, said)).rejects.toMatchObject({
    code: "forbidden",
  });
  const waiting = await submitted(rig);
  await expect(
    runVerb(concludePromotion, rig.admin, { ...said, promotionId: waiting }),
  ).rejects.toMatchObject({
    code: "conflict",
  });
});

test("another tenant's is not found; without the scope it is forbidden; evidence is asked for", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await indeterminate(rig);
  const said = { promotionId, outcome: "failed", evidence } as const;
  await expect(runVerb(concludePromotion, other.admin, said)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(concludePromotion, rig.worker, said)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(concludePromotion, rig.admin, { ...said, evidence: "ok" }),
  ).rejects.toMatchObject({
    code: "invalid",
    details: { field: "evidence" },
  });
});
