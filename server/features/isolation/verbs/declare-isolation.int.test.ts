import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { declaredVersions } from "../queries.ts";
import type { DeclarationInput } from "../schema.ts";
import { declareIsolation } from "./declare-isolation.ts";

const POOL: DeclarationInput = {
  compute: { model: "pool", namespaces: ["shop-prod"], nodePool: null },
  network: { model: "pool", network: null },
  data: { model: "shared", database: "console" },
  secrets: { model: "pool", vaultPath: "shop/prod" },
  quota: { model: "pool", hard: { "requests.cpu": "4" } },
  regions: ["muscat"],
};
const SILO: DeclarationInput = { ...POOL, compute: { ...POOL.compute, model: "silo" } };
const reason = "as agreed with the organization";

function declare(tenant: AuthorizedTenantId, declaration: DeclarationInput, basedOn: number) {
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  const input = { environment: "prod" as const, declaration, basedOn, reason };
  return runVerb(declareIsolation, admin, input);
}

test("every version is kept; the event has both sides; the same again changes nothing", async () => {
  const tenant = await newTenant("declared");
  expect(await declare(tenant, POOL, 0)).toMatchObject({ version: 1, outcome: "created" });
  expect(await declare(tenant, POOL, 0)).toMatchObject({ version: 1, outcome: "unchanged" });
  expect(await declare(tenant, SILO, 1)).toMatchObject({ version: 2, outcome: "changed" });
  const { versions } = await withTenant(tenant, "tenant", (tx) =>
    declaredVersions(tx, tenant, "prod"),
  );
  expect(versions.map(({ version, declaration }) => [version, declaration.compute.model])).toEqual([
    [2, "silo"],
    [1, "pool"],
  ]);
  const events = await eventsOf(tenant);
  expect(events.map(({ type }) => type)).toEqual([
    "runtime.isolation.declared",
    "runtime.isolation.declared",
  ]);
  expect(events[1]?.payload).toMatchObject({ before: POOL, after: SILO, reason });
});

test("a change made from an older version is refused, of two at once one is saved", async () => {
  const tenant = await newTenant("declared");
  await declare(tenant, POOL, 0);
  const other = { ...POOL, regions: [] };
  const both = await Promise.allSettled([declare(tenant, SILO, 1), declare(tenant, other, 1)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(declare(tenant, { ...POOL, regions: ["salalah"] }, 1)).rejects.toMatchObject({
    code: "stale",
    details: { field: "basedOn" },
  });
});

test.each([
  [
    { ...POOL, quota: { model: "pool" as const, hard: { "requests.cpu": "much" } } },
    "declaration.quota.hard.requests.cpu",
  ],
  [{ ...POOL, data: { model: "pool" as const, database: "/x" } }, "declaration.data.database"],
  [
    { ...POOL, secrets: { model: "pool" as const, vaultPath: "/shop/" } },
    "declaration.secrets.vaultPath",
  ],
])("what makes no sense is refused by its field", async (declaration, field) => {
  const tenant = await newTenant("declared");
  await expect(declare(tenant, declaration, 0)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});

test("an officer may look and not declare", async () => {
  const tenant = await newTenant("declared");
  const input = { environment: "prod" as const, declaration: POOL, basedOn: 0, reason };
  await expect(runVerb(declareIsolation, userOf(tenant, "officer"), input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
