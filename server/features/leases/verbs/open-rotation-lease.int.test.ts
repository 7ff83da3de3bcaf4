import { expect, test } from "vitest";
import { claimRotation } from "#server/features/rotation/verbs/claim-rotation.ts";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { activeLease, leaseRig, REASON } from "../testing/lease-rig.ts";
import { openRotationLease } from "./open-rotation-lease.ts";
import { recordLease } from "./record-lease.ts";

async function rotating() {
  const rig = await leaseRig();
  await activeLease(rig);
  const { bindingId, worker } = rig;
  const { rotationId } = await runVerb(forceRotate, rig.officer, { bindingId, reason: REASON });
  const claim = { rotationId, owner: "test", leaseSeconds: 60 };
  const { claimed } = await runVerb(claimRotation, worker, claim);
  if (!claimed) throw new Error("not claimed");
  return { rig, held: { rotationId, fence: claimed.fence } };
}

test("one row for a rotation: the first time nothing can have been made, the second it may have", async () => {
  const { rig, held } = await rotating();
  const first = await runVerb(openRotationLease, rig.worker, held);
  expect(first).toMatchObject({ state: "issuing", attemptedAt: null, leaseRef: null });
  const events = await eventsOf(rig.tenant);
  expect(events.at(-1)).toMatchObject({
    type: "runtime.leases.issue-requested",
    payload: { rotationId: held.rotationId },
  });
  const second = await runVerb(openRotationLease, rig.worker, held);
  expect(second.leaseId).toBe(first.leaseId);
  expect(second.attemptedAt).toBeInstanceOf(Date);
  expect(await eventsOf(rig.tenant)).toHaveLength(events.length);

  const issued = { leaseRef: "database/creds/x/of-the-rotation", username: "v-y" };
  const hold = { kind: "rotation", ...held } as const;
  const { leaseId } = first;
  await runVerb(recordLease, rig.worker, { leaseId, hold, to: "issued", issued, ttlSeconds: 60 });
  const third = await runVerb(openRotationLease, rig.worker, held);
  expect(third).toMatchObject({ leaseId, state: "issued", leaseRef: issued.leaseRef });
});

test("an old fence, people, another tenant and no id of a rotation are refused", async () => {
  const { rig, held } = await rotating();
  const other = await leaseRig();
  const open = (over: object, caller = rig.worker) =>
    runVerb(openRotationLease, caller, { ...held, ...over });
  await expect(open({ fence: 0n })).rejects.toMatchObject({ code: "stale" });
  await expect(open({}, rig.officer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(open({}, other.worker)).rejects.toMatchObject({ code: "not_found" });
  await expect(open({ rotationId: "x" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "rotationId" },
  });
});
