import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { serviceOf } from "#test/fixtures/callers.ts";
import {
  approved,
  eventsOf,
  FACTS,
  newRegions,
  observe,
  promotionOf,
  type RegionRig,
  submitted,
} from "../testing/region-rig.ts";
import { executePromotion } from "./execute-promotion.ts";

async function digestOf(rig: RegionRig, promotionId: string) {
  return (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
}

test("an approved one goes ahead when a person says so, once; the approval is used by the worker", async () => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  const promotionId = await approved(rig);
  const subjectDigest = await digestOf(rig, promotionId);
  // Indexes move by themselves: that makes nothing stale.
  await observe(rig, "muscat", { facts: { ...FACTS, committedIndex: 9_999 } });
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "executing",
    executed_by: { subject: "operator" },
    approval_used_at: null,
  });
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toContain(
    "runtime.regions.promotion-executing",
  );
  await expect(
    runVerb(executePromotion, rig.operator, { promotionId, subjectDigest }),
  ).rejects.toMatchObject({
    code: "conflict",
  });
});

test.each([
  [
    "the primary's leader moved",
    { facts: { ...FACTS, nodes: [{ ...FACTS.nodes[0], isLeader: false }] } },
  ],
  ["the primary is sealed", { state: "sealed", marker: "unreadable" }],
  [
    "autopilot says unhealthy",
    { facts: { ...FACTS, autopilot: { isHealthy: false, failureTolerance: 0 } } },
  ],
])("after the approval %s: it is stale, and nothing goes ahead", async (_, seen) => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  const promotionId = await approved(rig);
  const subjectDigest = await digestOf(rig, promotionId);
  await observe(rig, "muscat", seen as never);
  await expect(
    runVerb(executePromotion, rig.operator, { promotionId, subjectDigest }),
  ).rejects.toMatchObject({
    code: "stale",
    details: { field: "subjectDigest" },
  });
  expect((await promotionOf(rig, promotionId)).state).toBe("approved");
});

test("in a disaster a newer marker in the target makes it stale: the primary still writes", async () => {
  const rig = await newRegions();
  const { task } = await observe(rig, "muscat");
  if (!task.marker) throw new Error("no marker");
  await observe(rig, "salalah", { marker: task.marker });
  const promotionId = await approved(rig, "disaster");
  const subjectDigest = await digestOf(rig, promotionId);
  const { task: later } = await observe(rig, "muscat");
  await observe(rig, "salalah", { marker: later.marker ?? "none" });
  await expect(
    runVerb(executePromotion, rig.operator, { promotionId, subjectDigest }),
  ).rejects.toMatchObject({
    code: "stale",
  });
});

test("there is one at a time, and none without its approval", async () => {
  const rig = await newRegions();
  const [first, second] = [await approved(rig), await approved(rig)];
  await runVerb(executePromotion, rig.operator, {
    promotionId: first,
    subjectDigest: await digestOf(rig, first),
  });
  await expect(
    runVerb(executePromotion, rig.operator, {
      promotionId: second,
      subjectDigest: await digestOf(rig, second),
    }),
  ).rejects.toMatchObject({ code: "conflict", message: "Another promotion is being carried out." });
  const waiting = await submitted(await newRegions());
  await expect(
    runVerb(executePromotion, rig.operator, {
      promotionId: waiting,
      subjectDigest: "0".repeat(64),
    }),
  ).rejects.toMatchObject({ code: "not_found" });
});

test("only a person with the scope, of this tenant, and for what was shown", async () => {
  const rig = await newRegions();
  const promotionId = await approved(rig);
  const subjectDigest = await digestOf(rig, promotionId);
  const input = { promotionId, subjectDigest };
  const machine = serviceOf(rig.tenant, "pipeline", "unknown", ["runtime.regions.promote"]);
  await expect(runVerb(executePromotion, machine, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(executePromotion, rig.worker, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(executePromotion, rig.admin, { ...input, subjectDigest: "0".repeat(64) }),
  ).rejects.toMatchObject({ code: "stale" });
  await expect(
    runVerb(executePromotion, rig.admin, { ...input, subjectDigest: "" }),
  ).rejects.toMatchObject({
    code: "invalid",
    details: { field: "subjectDigest" },
  });
});
