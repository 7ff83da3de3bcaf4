import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { claim, force, newRig, walkTo } from "../../rotation/testing/rotation-rig.ts";
import {
  approved,
  approversOf,
  eventsOf,
  makeDue,
  newRegions,
  observe,
  promotionOf,
  type RegionRig,
  submitted,
} from "../testing/region-rig.ts";
import { beginPromotion } from "./begin-promotion.ts";
import { executePromotion } from "./execute-promotion.ts";
import { recordPromotion } from "./record-promotion.ts";

async function executing(rig: RegionRig, kind?: "disaster") {
  const promotionId = await approved(rig, kind);
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  return promotionId;
}

const begin = (rig: RegionRig, promotionId: string, approvers = approversOf(rig)) =>
  runVerb(beginPromotion, rig.worker, { promotionId, approvers });

test("the approval is used, the intent stored, and the hook is one worker's to call", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  const { task } = await begin(rig, promotionId);
  expect(task).toMatchObject({
    act: "call",
    from: "muscat",
    target: "salalah",
    kind: "planned-switchover",
  });
  expect(await begin(rig, promotionId)).toEqual({ task: null, state: "executing" });
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    approval_used_at: expect.any(Date),
    hook_begun_at: expect.any(Date),
  });
  const [request] = await asSuperuser("SELECT state FROM approval_request WHERE tenant_id = $1", [
    rig.tenant,
  ]);
  expect(request).toEqual({ state: "executed" });
});

test("a worker that died after it had begun leaves doubt: the next one asks, it does not call again", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  await begin(rig, promotionId);
  await asSuperuser(
    "UPDATE dr_promotion SET lease_until = clock_timestamp() - interval '1 second' WHERE tenant_id = $1",
    [rig.tenant],
  );
  const { task, state } = await begin(rig, promotionId);
  expect([task?.act, state]).toEqual(["ask", "indeterminate"]);
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toContain(
    "runtime.regions.promotion-indeterminate",
  );
});

test("a hook that is known not to have been reached is called again", async () => {
  const rig = await newRegions();
  const promotionId = await executing(rig);
  const first = await begin(rig, promotionId);
  await runVerb(recordPromotion, rig.worker, {
    promotionId,
    fence: first.task?.fence ?? "",
    answer: "never-sent",
  });
  await makeDue(rig, promotionId);
  expect((await begin(rig, promotionId)).task?.act).toBe("call");
});

test("an approver who lost the role, or things that changed, end it: nothing was done", async () => {
  const rig = await newRegions();
  const lost = await executing(rig);
  const [admin, officer] = approversOf(rig) as [
    { roles: string[] } & Record<"issuer" | "subject", string>,
    never,
  ];
  expect(await begin(rig, lost, [{ ...admin, roles: [] }, officer])).toEqual({
    task: null,
    state: "failed",
  });
  expect(await promotionOf(rig, lost)).toMatchObject({
    error_code: "approval_quorum_lost",
    hook_begun_at: null,
  });
  const changed = await executing(rig);
  await observe(rig, "muscat", { state: "sealed", marker: "unreadable" });
  expect(await begin(rig, changed)).toEqual({ task: null, state: "failed" });
  expect((await promotionOf(rig, changed)).error_code).toBe("approval_stale");
});

test("a planned switchover waits for rotations that a worker holds; in a disaster nothing waits", async () => {
  const rotations = await newRig();
  const { rotationId } = await force(rotations);
  const held = await claim(rotations, rotationId);
  const rig = await newRegions();
  const promotionId = await executing(rig);
  expect(await begin(rig, promotionId)).toEqual({ task: null, state: "executing" });
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toContain(
    "runtime.regions.promotion-waits-for-rotations",
  );
  const lost = await newRegions();
  expect((await begin(lost, await executing(lost, "disaster"))).task?.act).toBe("call");
  await walkTo(rotations, held, "grace");
  await makeDue(rig, promotionId);
  expect((await begin(rig, promotionId)).task?.act).toBe("call");
});

test("one that nobody let go ahead is left alone; another tenant's is not found; a person may not", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await submitted(rig);
  expect(await begin(rig, promotionId)).toEqual({ task: null, state: "awaiting_approval" });
  await expect(begin(other, promotionId)).rejects.toMatchObject({ code: "not_found" });
  const input = { promotionId, approvers: [] };
  await expect(runVerb(beginPromotion, rig.admin, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(beginPromotion, rig.worker, { ...input, approvers: [{}] as never }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "approvers.0.issuer" } });
});
