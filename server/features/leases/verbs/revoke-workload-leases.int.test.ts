import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { activeLease, bindDynamic, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { revokeWorkloadLeases } from "./revoke-workload-leases.ts";

test("every lease of the workload and no other, each with an event; the second time there is none", async () => {
  const rig = await leaseRig();
  const { workload } = rig;
  const more = await bindDynamic(rig.tenant, workload);
  const other = await bindDynamic(rig.tenant);
  const ids = [await activeLease(rig), await activeLease(rig, more.bindingId)];
  const kept = await activeLease(rig, other.bindingId);
  const input = { workload, expectedCount: 2, reason: REASON };
  expect(await runVerb(revokeWorkloadLeases, rig.officer, input)).toEqual({ workload, count: 2 });
  for (const id of ids) expect((await leaseRow(id)).state).toBe("revoking");
  expect((await leaseRow(kept)).state).toBe("active");
  const events = (await eventsOf(rig.tenant)).filter(
    ({ type }) => type === "runtime.leases.revoke-requested",
  );
  expect(events.map(({ subject }) => subject).sort()).toEqual(
    ids.map((id) => `lease/${id}`).sort(),
  );
  expect(events[0]?.payload).toMatchObject({ ofAll: 2, reason: REASON });
  await expect(runVerb(revokeWorkloadLeases, rig.officer, input)).rejects.toMatchObject({
    code: "not_found",
  });
});

test("another number than was shown, another tenant's, a missing scope and no workload are refused", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  const leaseId = await activeLease(rig);
  const revoke = (over: object, caller = rig.officer) =>
    runVerb(revokeWorkloadLeases, caller, {
      workload: rig.workload,
      expectedCount: 1,
      reason: REASON,
      ...over,
    });
  await expect(revoke({ expectedCount: 2 })).rejects.toMatchObject({
    code: "stale",
    details: { field: "expectedCount" },
  });
  await expect(revoke({}, other.officer)).rejects.toMatchObject({ code: "not_found" });
  await expect(revoke({ workload: " " })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "workload" },
  });
  const developer = userOf(rig.tenant, "developer", { roles: ["developer"] });
  await expect(revoke({}, developer)).rejects.toMatchObject({ code: "forbidden" });
  expect((await leaseRow(leaseId)).state).toBe("active");
});
