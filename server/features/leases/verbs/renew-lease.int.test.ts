import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { activeLease, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { issueLease } from "./issue-lease.ts";
import { renewLease } from "./renew-lease.ts";

test("it is the worker's to do at once, and asked for once", async () => {
  const rig = await leaseRig();
  const leaseId = await activeLease(rig);
  const input = { leaseId, reason: REASON };
  expect(await runVerb(renewLease, rig.officer, input)).toEqual({ leaseId, state: "renewing" });
  const row = await leaseRow(leaseId);
  expect(row.due_at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  const events = await eventsOf(rig.tenant);
  expect(events.at(-1)).toMatchObject({
    type: "runtime.leases.renew-requested",
    payload: { reason: REASON },
  });
  await runVerb(renewLease, rig.officer, input);
  expect(await eventsOf(rig.tenant)).toHaveLength(events.length);
});

test("what isn't issued yet, another tenant's, a missing scope and no reason are refused", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  const { leaseId } = await runVerb(issueLease, rig.officer, {
    bindingId: rig.bindingId,
    reason: REASON,
  });
  const renew = (caller = rig.officer, reason = REASON) =>
    runVerb(renewLease, caller, { leaseId, reason });
  await expect(renew()).rejects.toMatchObject({ code: "conflict", details: { field: "leaseId" } });
  await expect(renew(other.officer)).rejects.toMatchObject({ code: "not_found" });
  await expect(renew(rig.officer, "no")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
  const developer = userOf(rig.tenant, "developer", { roles: ["developer"] });
  await expect(renew(developer)).rejects.toMatchObject({ code: "forbidden" });
});
