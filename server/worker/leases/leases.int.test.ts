import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { issueLease } from "#server/features/leases/verbs/issue-lease.ts";
import { renewLease } from "#server/features/leases/verbs/renew-lease.ts";
import { revokeLease } from "#server/features/leases/verbs/revoke-lease.ts";
import { revokeWorkloadLeases } from "#server/features/leases/verbs/revoke-workload-leases.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { newDynamicRole } from "../rotation/testing/database-engine-fixture.ts";
import { type RotationFixture, rotationFixture } from "../rotation/testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState } from "../rotation/testing/rotation-state.ts";
import { startWorker } from "../rotation/testing/worker-process.ts";

/** Leases: a real target, a vault in a process of its own, workers that are killed. */
let fixture: RotationFixture;
const reason = "as the test demands it";

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
});
afterAll(() => fixture.stop());

const rowOf = async (leaseId: string) => {
  const [row] = await asSuperuser<Record<string, unknown>>(
    "SELECT * FROM secret_lease WHERE lease_id = $1",
    [leaseId],
  );
  if (!row) throw new Error("no such lease");
  return row;
};
const officer = () => userOf(fixture.tenant, "officer");
const makeDue = (leaseId: string) =>
  asSuperuser("UPDATE secret_lease SET due_at = clock_timestamp() WHERE lease_id = $1", [leaseId]);

test("a login is issued straight to its path; renewed it lives on; revoked it is refused, and that is the proof", async () => {
  const bound = await newDynamicRole(fixture);
  const leaseId = await bound.issue();
  const login = await bound.login();
  expect(await rowOf(leaseId)).toMatchObject({
    state: "active",
    lease_ref: login.leaseRef,
    username: login.username,
    kv_version: 1,
    ttl_seconds: 3600,
  });
  expect((await probeLogin(fixture.target, login)).kind).toBe("accepted");
  const [binding] = await asSuperuser<{ current_version: number; next_rotation_at: Date }>(
    "SELECT current_version, next_rotation_at FROM secret_binding WHERE binding_id = $1",
    [bound.bindingId],
  );
  expect(binding?.current_version).toBe(1);
  expect(binding?.next_rotation_at.getTime()).toBeLessThan(Date.now() + 3_600_000);

  await runVerb(renewLease, officer(), { leaseId, reason });
  await bound.tend(leaseId);
  expect((await rowOf(leaseId)).renewed_at).toBeInstanceOf(Date);

  await runVerb(revokeLease, officer(), { leaseId, reason });
  await bound.tend(leaseId);
  const ended = await rowOf(leaseId);
  expect(ended).toMatchObject({ state: "revoked" });
  expect(ended.proof).toContain("was refused");
  expect((await probeLogin(fixture.target, login)).kind).toBe("refused");
  expect(await bound.usernames()).toEqual([]);

  // Neither the name by which it can be ended nor the value is told to anybody.
  const said = JSON.stringify(await eventsOf(fixture.tenant));
  expect(said).not.toContain(login.leaseRef);
  expect(said).not.toContain(login.password.reveal());
  // Whom a person cut off gets nothing from the schedule, nor by forcing.
  const due = await findDueKeys<{ id: string }>("app.due_bindings($1)", [10_000]);
  expect(due.map(({ id }) => id)).not.toContain(bound.bindingId);
});

test("revoked by a person, it is not rotated back to life", async () => {
  const bound = await newDynamicRole(fixture);
  const leaseId = await bound.issue();
  await runVerb(revokeLease, officer(), { leaseId, reason });
  await bound.tend(leaseId);
  const worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
  const rotationId = await forceOne(fixture.tenant, bound.bindingId);
  await comesTo(fixture.tenant, rotationId, "rolled_back");
  await worker.stop();
  expect((await rotationState(fixture.tenant, rotationId)).error_code).toBe("lease_revoked");
  expect(await bound.usernames()).toEqual([]);
  const again = await bound.issue();
  expect((await rowOf(again)).state).toBe("active");
});

test("all of a workload are revoked, each with its own proof, when they are as many as were shown", async () => {
  const workload = `shared-reader-${Date.now()}`;
  const first = await newDynamicRole(fixture, { workload });
  const second = await newDynamicRole(fixture, { workload });
  const other = await newDynamicRole(fixture);
  const ids = [await first.issue(), await second.issue()];
  const kept = await other.issue();
  const stale = runVerb(revokeWorkloadLeases, officer(), { workload, expectedCount: 3, reason });
  await expect(stale).rejects.toMatchObject({ code: "stale" });
  const done = await runVerb(revokeWorkloadLeases, officer(), {
    workload,
    expectedCount: 2,
    reason,
  });
  expect(done.count).toBe(2);
  for (const id of ids) {
    await first.tend(id);
    expect(await rowOf(id)).toMatchObject({ state: "revoked" });
  }
  expect((await rowOf(kept)).state).toBe("active");
  const events = (await eventsOf(fixture.tenant)).filter(({ subject }) =>
    ids.some((id) => subject === `lease/${id}`),
  );
  expect(events.filter(({ type }) => type === "runtime.leases.revoked")).toHaveLength(2);
});

test.each([
  "before:lease.issue",
  "after:lease.issue",
  "before:lease.deliver",
  "after:lease.deliver",
])("a worker killed %s leaves one login, in the ledger and in use", async (failpoint) => {
  const bound = await newDynamicRole(fixture);
  const { leaseId } = await runVerb(issueLease, officer(), {
    bindingId: bound.bindingId,
    reason,
  });
  const env = { ...fixture.env, WORKER_LOOPS: "leases", WORKER_LEASE_SECONDS: "1" };
  const doomed = startWorker({ ...env, WORKER_FAILPOINT: failpoint });
  expect(await doomed.exited, doomed.output()).toBe("SIGKILL");
  const heir = startWorker(env);
  await waitFor(async () => (await rowOf(leaseId)).state === "active", {
    timeout: 60_000,
    message: "the lease to be active",
  });
  await heir.stop();
  const login = await bound.login();
  expect((await probeLogin(fixture.target, login)).kind).toBe("accepted");
  expect(await bound.usernames()).toEqual([login.username]);
  const prefix = bound.engine.leasePrefix(bound.role);
  expect(await fixture.client.leases.list(prefix)).toEqual([login.leaseRef]);
  expect((await rowOf(leaseId)).lease_ref).toBe(login.leaseRef);
});

test("what others may have issued is left to run out, and the ledger says so", async () => {
  const bound = await newDynamicRole(fixture, { isExclusive: false });
  const { leaseId } = await runVerb(issueLease, officer(), { bindingId: bound.bindingId, reason });
  // Long enough that a slow machine gets from the claim to the act.
  const env = { ...fixture.env, WORKER_LOOPS: "leases", WORKER_LEASE_SECONDS: "10" };
  const doomed = startWorker({ ...env, WORKER_FAILPOINT: "after:lease.issue" });
  expect(await doomed.exited, doomed.output()).toBe("SIGKILL");
  const [orphan] = await bound.usernames();
  await waitFor(
    async () => {
      await makeDue(leaseId);
      await bound.tend(leaseId);
      return (await rowOf(leaseId)).state === "indeterminate";
    },
    { timeout: 60_000, message: "the lease to be not accounted for" },
  );
  expect(await rowOf(leaseId)).toMatchObject({ error_code: "lease_unaccounted" });
  expect(await bound.usernames()).toEqual([orphan]);
  // It doesn't keep the workload from getting one.
  await bound.issue();
  expect(await bound.usernames()).toHaveLength(2);
});

test("a lease that OpenBao forgot before its time is lost, and people are told; one whose time came has expired", async () => {
  const bound = await newDynamicRole(fixture);
  const leaseId = await bound.issue();
  await fixture.client.leases.revoke((await bound.login()).leaseRef);
  await makeDue(leaseId);
  await bound.tend(leaseId);
  expect((await rowOf(leaseId)).state).toBe("lost");
  const [alert] = await asSuperuser<{ kind: string }>(
    "SELECT kind FROM alert WHERE subject_ref = $1",
    [`lease/${leaseId}`],
  );
  expect(alert?.kind).toBe("lease-lost");

  const brief = await newDynamicRole(fixture, { ttl: "2s" });
  const short = await brief.issue();
  await waitFor(async () => {
    await makeDue(short);
    await brief.tend(short);
    return (await rowOf(short)).state === "expired";
  });
  expect(await brief.usernames()).toEqual([]);
});
