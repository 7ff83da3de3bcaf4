import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { claimed, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { claimLease } from "./claim-lease.ts";
import { issueLease } from "./issue-lease.ts";

async function wanted() {
  const rig = await leaseRig();
  const input = { bindingId: rig.bindingId, reason: REASON };
  return { rig, ...(await runVerb(issueLease, rig.officer, input)) };
}

test("one worker has it for a while; the intent is noted, and told as of before", async () => {
  const { rig, leaseId } = await wanted();
  const due = await findDueKeys<{ id: string }>("app.due_leases($1)", [10_000]);
  expect(due.map(({ id }) => id)).toContain(leaseId);
  const { lease } = await claimed(rig, leaseId);
  expect(lease).toMatchObject({ fence: 1n, state: "issuing", attemptedAt: null });
  expect((await leaseRow(leaseId)).attempted_at).toBeInstanceOf(Date);
  expect((await eventsOf(rig.tenant)).at(-1)?.type).toBe("runtime.leases.claimed");
  await expect(claimed(rig, leaseId)).rejects.toThrow("not claimed");
  const later = await findDueKeys<{ id: string }>("app.due_leases($1)", [10_000]);
  expect(later.map(({ id }) => id)).not.toContain(leaseId);
});

test("people, another tenant's worker, one without the scope and a life of nothing are refused", async () => {
  const { rig, leaseId } = await wanted();
  const other = await leaseRig();
  const claim = (caller = rig.worker, seconds = 60) =>
    runVerb(claimLease, caller, { leaseId, owner: "test", seconds });
  await expect(claim(other.worker)).rejects.toMatchObject({ code: "not_found" });
  await expect(claim(rig.officer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(claim(workerOf(rig.tenant, []))).rejects.toMatchObject({ code: "forbidden" });
  await expect(claim(rig.worker, 0)).rejects.toMatchObject({
    code: "invalid",
    details: { field: "seconds" },
  });
});
