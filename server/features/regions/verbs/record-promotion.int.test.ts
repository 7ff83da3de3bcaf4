import { expect, test } from "vitest";
import { MAX_UNSENT_ATTEMPTS } from "#server/engines/dr-promotion/state-machine.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  approved,
  approversOf,
  eventsOf,
  makeDue,
  newRegions,
  promotionOf,
  type RegionRig,
  readRegions,
} from "../testing/region-rig.ts";
import { beginPromotion } from "./begin-promotion.ts";
import { executePromotion } from "./execute-promotion.ts";
import { recordPromotion } from "./record-promotion.ts";

async function executing(rig: RegionRig) {
  const promotionId = await approved(rig, "disaster");
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  return promotionId;
}

async function step(rig: RegionRig, promotionId: string, answer: Parameters<typeof record>[3]) {
  await makeDue(rig, promotionId);
  const { task } = await runVerb(beginPromotion, rig.worker, {
    promotionId,
    approvers: approversOf(rig),
  });
  if (!task) throw new Error("not taken");
  return { task, ...(await record(rig, promotionId, task.fence, answer)) };
}

function record(
  rig: RegionRig,
  promotionId: string,
  fence: string,
  answer: "succeeded" | "failed" | "running" | "unknown" | "absent" | "never-sent",
) {
  return runVerb(recordPromotion, rig.worker, {
    promotionId,
    fence,
    answer,
    detail: `the hook said ${answer}`,
  });
}

const rolesOf = async (rig: RegionRig) =>
  (await readRegions(rig)).regions.map(({ region, role }) => [region, role]);

test("success makes the target the primary and the old one read-only, in one act", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  expect(await step(rig, promotionId, "succeeded")).toMatchObject({ state: "succeeded" });
  expect(await rolesOf(rig)).toEqual([
    ["muscat", "read-only"],
    ["salalah", "primary"],
  ]);
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    finished_at: expect.any(Date),
    error_text: null,
  });
  expect((await eventsOf(rig, `dr-promotion/${promotionId}`)).at(-1)).toBe(
    "runtime.regions.promotion-succeeded",
  );
});

test("a failure leaves the roles as they were and says what the hook said", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  await step(rig, promotionId, "failed");
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "failed",
    error_text: "the hook said failed",
  });
  expect((await rolesOf(rig))[0]).toEqual(["muscat", "primary"]);
});

test("doubt stays doubt until somebody knows; a hook that never heard of it is called again", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  expect(await step(rig, promotionId, "unknown")).toMatchObject({ state: "indeterminate" });
  const again = await step(rig, promotionId, "unknown");
  expect([again.task.act, again.state]).toEqual(["ask", "indeterminate"]);
  expect((await step(rig, promotionId, "absent")).state).toBe("executing");
  const called = await step(rig, promotionId, "running");
  expect([called.task.act, called.state]).toEqual(["call", "executing"]);
  const asked = await step(rig, promotionId, "succeeded");
  expect([asked.task.act, asked.state]).toEqual(["ask", "succeeded"]);
});

test("a hook that is never reached fails in the end, with nothing done", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  for (let attempt = 1; attempt < MAX_UNSENT_ATTEMPTS; attempt += 1) {
    expect((await step(rig, promotionId, "never-sent")).state).toBe("executing");
  }
  expect((await step(rig, promotionId, "never-sent")).state).toBe("failed");
  expect(await promotionOf(rig, promotionId)).toMatchObject({ error_code: "hook_never_sent" });
});

test("a worker that lost its claim is not listened to, nor one that comes twice", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  const { task } = await step(rig, promotionId, "running");
  expect(await record(rig, promotionId, task.fence, "succeeded")).toEqual({
    isRecorded: false,
    state: "executing",
  });
  expect((await rolesOf(rig))[0]).toEqual(["muscat", "primary"]);
});

test("another tenant's is not found; a person may not; bad input names the field", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await executing(rig);
  await expect(record(other, promotionId, "1", "succeeded")).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    record({ ...rig, worker: rig.admin }, promotionId, "1", "succeeded"),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(record(rig, promotionId, "one", "succeeded")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "fence" },
  });
});
