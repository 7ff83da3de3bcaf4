import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { listLeases } from "./queries.ts";
import { ListLeasesInput, ListLeasesOutput } from "./schema.ts";
import { activeLease, bindDynamic, type LeaseRig, leaseRig, REASON } from "./testing/lease-rig.ts";
import { issueLease } from "./verbs/issue-lease.ts";

const list = async ({ tenant }: LeaseRig, input: object = {}) =>
  ListLeasesOutput.parse(
    await withTenant(tenant, "tenant", (tx) =>
      listLeases(tx, tenant, ListLeasesInput.parse(input)),
    ),
  );

test("newest first in pages, one that is still being issued among them, and nothing of another tenant", async () => {
  const rig = await leaseRig();
  const other = await leaseRig();
  await activeLease(other);
  const first = await activeLease(rig);
  const more = await bindDynamic(rig.tenant);
  const input = { bindingId: more.bindingId, reason: REASON };
  const { leaseId: second } = await runVerb(issueLease, rig.officer, input);
  const unbound = await bindDynamic(rig.tenant);
  const page = await list(rig, { limit: 1 });
  expect(page.leases.map(({ leaseId }) => leaseId)).toEqual([second]);
  expect(page.leases[0]).toMatchObject({ state: "issuing", isCurrent: false });
  const next = await list(rig, { limit: 1, cursor: page.nextCursor });
  expect(next.leases).toMatchObject([{ leaseId: first, isCurrent: true, state: "active" }]);
  expect(next.nextCursor).toBeNull();
  expect(page.workloads).toEqual([{ workload: rig.workload, open: 1 }]);
  expect(page.issuable.map(({ bindingId }) => bindingId)).toEqual([unbound.bindingId]);
  expect(JSON.stringify(page)).not.toContain("database/creds");
  await expect(list(rig, { cursor: "rubbish" })).rejects.toMatchObject({ code: "invalid" });
});

test("what ran out by the database's clock is over, swept or not", async () => {
  const rig = await leaseRig();
  const leaseId = await activeLease(rig);
  await asSuperuser(
    "UPDATE secret_lease SET expires_at = clock_timestamp() - interval '1 second' WHERE lease_id = $1",
    [leaseId],
  );
  expect((await list(rig)).leases).toEqual([]);
  const [ended] = (await list(rig, { show: "ended" })).leases;
  expect(ended).toMatchObject({ leaseId, state: "expired", may: { renew: false, revoke: false } });
  const [all] = (await list(rig, { show: "all", workload: rig.workload })).leases;
  expect(all?.leaseId).toBe(leaseId);
  expect((await list(rig, { show: "all", workload: "nobody" })).leases).toEqual([]);
});
