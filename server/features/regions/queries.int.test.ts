import { beforeAll, expect, test } from "vitest";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bind } from "../rotation/testing/rotation-rig.ts";
import { promotions } from "./promotion-queries.ts";
import { readsOfBinding, regionsOverview, storeStatuses } from "./queries.ts";
import { approved, ask, FACTS, observe, REGIONS, rigOf } from "./testing/region-rig.ts";
import { applyRegions } from "./verbs/apply-regions.ts";
import { recordRegionRead } from "./verbs/record-region-read.ts";
import { RegionsOverview } from "./views.ts";

const rig = rigOf(sovereignTenant());
const read = <T>(tenant: AuthorizedTenantId, work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(tenant, "tenant", work, { readOnly: true });

beforeAll(async () => {
  await ensureSovereign("omantel", "Omantel");
  await runVerb(applyRegions, rig.worker, { regions: REGIONS, keyVaults: ["bank-kv"] });
  await observe(rig, "muscat");
});

test("the Sovereign sees clusters, other tenants names and what was read of their own", async () => {
  const tenant = await newTenant("reads");
  const { bindingId } = await bind(tenant, { currentVersion: 2 });
  const worker = workerOf(tenant, ["runtime.regions.observe"]);
  const record = (region: string, seenVersion: number) =>
    runVerb(recordRegionRead, worker, {
      bindingId,
      region,
      expectedVersion: 2,
      result: { kind: "read", seenVersion },
    });
  await record("muscat", 2);
  await record("salalah", 1);
  const all = RegionsOverview.parse(
    await read(rig.tenant, (tx) => regionsOverview(tx, rig.tenant)),
  );
  expect(all).toMatchObject({
    isSovereign: true,
    regions: [
      {
        region: "muscat",
        role: "primary",
        cluster: { state: "active", facts: FACTS, lag: "none" },
        reads: { verified: 1 },
      },
      {
        region: "salalah",
        cluster: { state: "unknown", lagReason: "not-observed" },
        reads: { behind: 1 },
      },
    ],
    otherStores: [{ storeId: "azure-key-vault/bank-kv", state: "unknown" }],
    unverified: [],
  });
  const own = RegionsOverview.parse(await read(tenant, (tx) => regionsOverview(tx, tenant)));
  expect(own).toMatchObject({
    isSovereign: false,
    otherStores: [],
    regions: [
      { region: "muscat", cluster: null, regionId: null, reads: { verified: 1, behind: 0 } },
      { region: "salalah", cluster: null, reads: { verified: 0, behind: 1 } },
    ],
    unverified: [
      { bindingId, region: "salalah", state: "behind", expectedVersion: 2, seenVersion: 1 },
    ],
  });
  const other = await newTenant("reads");
  const theirs = await read(other, (tx) => regionsOverview(tx, other));
  expect(theirs.regions.map(({ reads }) => reads.verified + reads.behind)).toEqual([0, 0]);
  expect(theirs.unverified).toEqual([]);
});

test("a credential says of each region whether its version was read there; before that it is unknown", async () => {
  const [tenant, other] = [await newTenant("reads"), await newTenant("reads")];
  const { bindingId } = await bind(tenant);
  const { reads } = await read(tenant, (tx) => readsOfBinding(tx, tenant, bindingId));
  expect(reads).toMatchObject([
    { region: "muscat", role: "primary", state: "unknown", reason: "not-read-yet", since: null },
    { region: "salalah", state: "unknown", reason: "not-read-yet" },
  ]);
  const rotator = { kind: "none", missing: "nobody has said how it is changed." } as const;
  const plain = await bind(tenant, { rotator: rotator as never });
  const none = await read(tenant, (tx) => readsOfBinding(tx, tenant, plain.bindingId));
  expect(none).toMatchObject({ isVersioned: false, reads: [] });
  await expect(read(other, (tx) => readsOfBinding(tx, other, bindingId))).rejects.toMatchObject({
    code: "not_found",
  });
});

test("every tenant knows what the stores are", async () => {
  const tenant = await newTenant("reads");
  expect(await read(tenant, (tx) => storeStatuses(tx))).toMatchObject([
    { storeId: "openbao/muscat", role: "primary", state: "active" },
    { storeId: "openbao/salalah", role: "read-only", state: "unknown" },
    { storeId: "azure-key-vault/bank-kv", role: null },
  ]);
});

test("promotions show their checklist, and whether what was approved still holds", async () => {
  const open = await ask(rig, "disaster");
  const ready = await approved(rig);
  const list = () => read(rig.tenant, (tx) => promotions(tx, rig.tenant));
  const before = await list();
  expect(before.hasHook).toBe(false);
  expect(before.promotions).toMatchObject([
    {
      promotionId: ready,
      state: "approved",
      isStale: false,
      requestedBy: { name: "Name of operator" },
    },
    { promotionId: open, state: "requested", subjectDigest: null },
  ]);
  expect(before.promotions[1]?.checks.map(({ evidence }) => evidence)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(before.promotions[0]?.checks[0]).toMatchObject({
    item: "writers-told",
    tickedBy: "Name of operator",
  });
  await observe(rig, "muscat", { state: "sealed", marker: "unreadable" });
  expect((await list()).promotions[0]).toMatchObject({ promotionId: ready, isStale: true });
  const tenant = await newTenant("reads");
  expect((await read(tenant, (tx) => promotions(tx, tenant))).promotions).toEqual([]);
});
