import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newRig } from "../../rotation/testing/rotation-rig.ts";
import { activeLease, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { issueLease } from "./issue-lease.ts";

test("the wish is written down and told before anything is asked for; a workload has one login", async () => {
  const rig = await leaseRig();
  const input = { bindingId: rig.bindingId, reason: REASON };
  const { leaseId, state } = await runVerb(issueLease, rig.officer, input);
  expect(state).toBe("issuing");
  expect(await leaseRow(leaseId)).toMatchObject({
    state: "issuing",
    workload: rig.workload,
    lease_ref: null,
    attempted_at: null,
  });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.leases.issue-requested",
    subject: `lease/${leaseId}`,
    payload: { workload: rig.workload, reason: REASON },
  });
  await expect(runVerb(issueLease, rig.officer, input)).rejects.toMatchObject({ code: "conflict" });
});

test("one that has a login rotates it instead", async () => {
  const rig = await leaseRig();
  await activeLease(rig);
  const again = runVerb(issueLease, rig.officer, { bindingId: rig.bindingId, reason: REASON });
  await expect(again).rejects.toMatchObject({ code: "conflict", details: { field: "bindingId" } });
});

test("sent twice with one key it is one lease", async () => {
  const rig = await leaseRig();
  const caller = userOf(rig.tenant, "officer", { idempotencyKey: "issue-the-login-once" });
  const input = { bindingId: rig.bindingId, reason: REASON };
  const first = await runVerb(issueLease, caller, input);
  expect(await runVerb(issueLease, caller, input)).toEqual(first);
});

test("another tenant's credential, another kind, a missing scope and no reason are refused", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  const issue = (bindingId: string, reason = REASON, caller = rig.officer) =>
    runVerb(issueLease, caller, { bindingId, reason });
  await expect(issue(other.bindingId)).rejects.toMatchObject({ code: "not_found" });
  await expect(issue(uuidv7())).rejects.toMatchObject({ code: "not_found" });
  await expect(issue(rig.bindingId, "short")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
  const developer = userOf(rig.tenant, "developer", { roles: ["developer"] });
  await expect(issue(rig.bindingId, REASON, developer)).rejects.toMatchObject({
    code: "forbidden",
  });
  const pair = await newRig();
  const wrong = runVerb(issueLease, pair.officer, { bindingId: pair.bindingId, reason: REASON });
  await expect(wrong).rejects.toMatchObject({ code: "conflict", details: { field: "bindingId" } });
});
