import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { reviewApproval } from "#server/features/approvals/verbs/review-approval.ts";
import { withdrawApproval } from "#server/features/approvals/verbs/withdraw-approval.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  bindingRow,
  claim,
  force,
  newRig,
  type Rig,
  rotationRow,
  stepsOf,
} from "../testing/rotation-rig.ts";
import { settleApproval } from "./settle-approval.ts";

/** A key's rotation that waits for an approval. */
async function waiting() {
  const rig = await newRig({ class: "signing-key" });
  const { rotationId } = await force(rig);
  const requestId: string = (await rotationRow(rig, rotationId)).approval_id;
  return { rig, rotationId, requestId };
}

async function decide(rig: Rig, requestId: string, decision: "approve" | "reject", by = "second") {
  const [row] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE request_id = $1",
    [requestId],
  );
  return runVerb(reviewApproval, userOf(rig.tenant, by), {
    requestId,
    decision,
    subjectDigest: row?.digest ?? "",
    comment: "looked at",
  });
}

const second = (rig: Rig, roles: string[] = ["security-officer"]) => [
  { issuer: `https://idp.test/realms/${rig.tenant}`, subject: "second", roles },
];

function settle(rig: Rig, rotationId: string, approvers = second(rig)) {
  const worker = workerOf(rig.tenant, ["runtime.rotations.execute", "runtime.approvals.consume"]);
  return runVerb(settleApproval, worker, { rotationId, approvers });
}

test("approved by a second officer, it is carried on, once", async () => {
  const { rig, rotationId, requestId } = await waiting();
  expect(await settle(rig, rotationId)).toEqual({ outcome: "waiting" });
  await decide(rig, requestId, "approve");
  expect(await settle(rig, rotationId)).toEqual({ outcome: "approved" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ approved_at: expect.any(Date) });
  const types = (await eventsOf(rig.tenant)).map((event) => event.type);
  expect(types.slice(-2)).toEqual([
    "runtime.secrets.rotation-approved",
    "runtime.approvals.executed",
  ]);
  const count = types.length;
  expect(await settle(rig, rotationId)).toEqual({ outcome: "waiting" });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  expect((await claim(rig, rotationId)).fence).toBe(1n);
});

test("who asked never approves it", async () => {
  const { rig, requestId } = await waiting();
  await expect(decide(rig, requestId, "approve", "officer")).rejects.toMatchObject({
    code: "forbidden",
  });
});

test.each([
  ["rejected", "approval_rejected"],
  ["withdrawn", "approval_withdrawn"],
  ["expired", "approval_expired"],
])("%s: it ends, and the credential is as before", async (how, errorCode) => {
  const { rig, rotationId, requestId } = await waiting();
  if (how === "rejected") await decide(rig, requestId, "reject");
  if (how === "withdrawn") {
    await runVerb(withdrawApproval, rig.officer, { requestId, reason: "not needed" });
  }
  if (how === "expired") {
    await asSuperuser(
      "UPDATE approval_request SET expires_at = clock_timestamp() WHERE request_id = $1",
      [requestId],
    );
  }
  expect(await settle(rig, rotationId)).toEqual({ outcome: "given-up" });
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({ state: "rolled_back", error_code: errorCode });
  expect(row.finished_at).not.toBeNull();
  expect(await bindingRow(rig)).toMatchObject({ state: "active", failures: 0 });
  expect(await stepsOf(rig, rotationId)).toEqual(["requested", "awaiting_approval", "rolled_back"]);
  expect((await force(rig)).rotationId).not.toBe(rotationId);
});

test("an approver without the role any more, or a credential bound otherwise: it ends unapproved", async () => {
  const lost = await waiting();
  await decide(lost.rig, lost.requestId, "approve");
  const approvers = second(lost.rig, ["developer"]);
  expect(await settle(lost.rig, lost.rotationId, approvers)).toEqual({ outcome: "given-up" });
  expect(await rotationRow(lost.rig, lost.rotationId)).toMatchObject({
    error_code: "approval_quorum_lost",
    approved_at: null,
  });

  const changed = await waiting();
  await decide(changed.rig, changed.requestId, "approve");
  await asSuperuser("UPDATE secret_binding SET path = path || '-other' WHERE binding_id = $1", [
    changed.rig.bindingId,
  ]);
  expect(await settle(changed.rig, changed.rotationId)).toEqual({ outcome: "given-up" });
  expect(await rotationRow(changed.rig, changed.rotationId)).toMatchObject({
    error_code: "approval_stale",
  });
});

test("another tenant's is not found; without a scope forbidden; a person can't; bad input names the field", async () => {
  const { rig, rotationId, requestId } = await waiting();
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(settle(foreign, id)).rejects.toMatchObject({ code: "not_found" });
  }
  await decide(rig, requestId, "approve");
  const half = workerOf(rig.tenant, ["runtime.rotations.execute"]);
  await expect(
    runVerb(settleApproval, half, { rotationId, approvers: second(rig) }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(settleApproval, rig.officer, { rotationId, approvers: [] }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(settle(rig, "nonsense")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "rotationId" },
  });
});
