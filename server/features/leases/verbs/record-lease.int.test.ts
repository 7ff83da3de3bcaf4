import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { activeLease, claimed, leaseRig, leaseRow, REASON } from "../testing/lease-rig.ts";
import { issueLease } from "./issue-lease.ts";
import { recordLease } from "./record-lease.ts";

const issued = { leaseRef: "database/creds/x/secret-name", username: "v-x" };

test("issued and delivered, it has its name, its end by the database's clock, and its credential an age", async () => {
  const rig = await leaseRig();
  const leaseId = await activeLease(rig);
  const row = await leaseRow(leaseId);
  expect(row).toMatchObject({
    state: "active",
    kv_version: 1,
    ttl_seconds: 3600,
    held_until: null,
  });
  const [left] = await asSuperuser<{ seconds: number }>(
    "SELECT extract(epoch FROM expires_at - clock_timestamp())::int AS seconds FROM secret_lease WHERE lease_id = $1",
    [leaseId],
  );
  expect(left?.seconds).toBeGreaterThan(3_500);
  expect(left?.seconds).toBeLessThanOrEqual(3_600);
  const [binding] = await asSuperuser<{ current_version: number; next_rotation_at: Date | null }>(
    "SELECT current_version, next_rotation_at FROM secret_binding WHERE binding_id = $1",
    [rig.bindingId],
  );
  expect(binding).toMatchObject({ current_version: 1, next_rotation_at: expect.any(Date) });
  const types = (await eventsOf(rig.tenant)).map(({ type }) => type);
  expect(types.slice(-2)).toEqual(["runtime.leases.issued", "runtime.leases.active"]);
  const told = JSON.stringify(await eventsOf(rig.tenant));
  expect(told).not.toContain("database/creds/x");
});

test("seen again is no event; trouble is tried again later and later; what ended stays so", async () => {
  const rig = await leaseRig();
  const leaseId = await activeLease(rig);
  const count = (await eventsOf(rig.tenant)).length;
  const again = async (entry: object) => {
    await asSuperuser("UPDATE secret_lease SET due_at = clock_timestamp() WHERE lease_id = $1", [
      leaseId,
    ]);
    const { hold } = await claimed(rig, leaseId);
    return runVerb(recordLease, rig.worker, { leaseId, hold, to: "active", ...entry });
  };
  await again({ ttlSeconds: 20 });
  expect((await leaseRow(leaseId)).seen_at).toBeInstanceOf(Date);
  const trouble = { errorCode: "vault_sealed", errorText: "OpenBao is sealed" };
  await again({ trouble });
  await again({ trouble });
  expect(await leaseRow(leaseId)).toMatchObject({ attempt: 2, error_code: "vault_sealed" });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  await again({ to: "lost", proof: "not known any more" });
  expect(await leaseRow(leaseId)).toMatchObject({ state: "lost", attempt: 0, error_code: null });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.leases.lost",
    outcome: "failed",
  });
  const rotation = { kind: "claim", fence: 99n } as const;
  const late = runVerb(recordLease, rig.worker, { leaseId, hold: rotation, to: "active" });
  await expect(late).rejects.toMatchObject({ code: "stale" });
});

test("a move that makes no sense, an old fence, people, another tenant and a wrong state are refused", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  const input = { bindingId: rig.bindingId, reason: REASON };
  const { leaseId } = await runVerb(issueLease, rig.officer, input);
  const { hold } = await claimed(rig, leaseId);
  const record = (over: object, caller = rig.worker) =>
    runVerb(recordLease, caller, { leaseId, hold, to: "issued", issued, ttlSeconds: 60, ...over });
  await expect(record({ to: "revoked" })).rejects.toMatchObject({ code: "conflict" });
  const old = { kind: "claim", fence: 0n };
  await expect(record({ hold: old })).rejects.toMatchObject({ code: "stale" });
  await expect(record({}, rig.officer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(record({}, other.worker)).rejects.toMatchObject({ code: "not_found" });
  await expect(record({ to: "gone" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "to" },
  });
  expect((await leaseRow(leaseId)).state).toBe("issuing");
});
