import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { activeLease, claimed, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { recordLease } from "./record-lease.ts";
import { revokeLease } from "./revoke-lease.ts";

test("the worker is told, whoever held it before has lost it, and the schedule gives no new one", async () => {
  const rig = await leaseRig();
  const leaseId = await activeLease(rig);
  await asSuperuser("UPDATE secret_lease SET due_at = clock_timestamp() WHERE lease_id = $1", [
    leaseId,
  ]);
  const { hold } = await claimed(rig, leaseId);
  const input = { leaseId, reason: REASON };
  expect(await runVerb(revokeLease, rig.officer, input)).toEqual({ leaseId, state: "revoking" });
  const late = runVerb(recordLease, rig.worker, { leaseId, hold, to: "active", ttlSeconds: 60 });
  await expect(late).rejects.toMatchObject({ code: "stale" });
  const [binding] = await asSuperuser<{ next_rotation_at: Date | null }>(
    "SELECT next_rotation_at FROM secret_binding WHERE binding_id = $1",
    [rig.bindingId],
  );
  expect(binding?.next_rotation_at).toBeNull();
  const events = await eventsOf(rig.tenant);
  expect(events.at(-1)).toMatchObject({
    type: "runtime.leases.revoke-requested",
    payload: { workload: rig.workload, reason: REASON },
  });
  await runVerb(revokeLease, rig.officer, input);
  expect(await eventsOf(rig.tenant)).toHaveLength(events.length);
  const again = await claimed(rig, leaseId);
  const proof = "seen to be gone";
  await runVerb(recordLease, rig.worker, { leaseId, hold: again.hold, to: "revoked", proof });
  expect(await leaseRow(leaseId)).toMatchObject({ state: "revoked", proof });
  await expect(runVerb(revokeLease, rig.officer, input)).rejects.toMatchObject({
    code: "conflict",
  });
});

test("another tenant's, a missing scope and no reason are refused", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  const leaseId = await activeLease(rig);
  const revoke = (caller = rig.officer, reason = REASON) =>
    runVerb(revokeLease, caller, { leaseId, reason });
  await expect(revoke(other.officer)).rejects.toMatchObject({ code: "not_found" });
  await expect(revoke(rig.officer, "no")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
  const developer = userOf(rig.tenant, "developer", { roles: ["developer"] });
  await expect(revoke(developer)).rejects.toMatchObject({ code: "forbidden" });
  expect((await leaseRow(leaseId)).state).toBe("active");
});
