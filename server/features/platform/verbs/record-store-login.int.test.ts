import { beforeAll, expect, test } from "vitest";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { platformHealth } from "../queries.ts";
import { recordStoreLogin } from "./record-store-login.ts";

beforeAll(() => ensureSovereign("omantel", "Omantel"));

const login = {
  address: "https://openbao.test:8200",
  worker: "host:1",
  method: "kubernetes" as const,
  role: "sovereign-console",
  errorCode: null as string | null,
  ttlSeconds: 900,
};
const worker = () => workerOf(sovereignTenant(), ["runtime.stores.report"]);
const health = async (tenant = sovereignTenant()) =>
  (await withTenant(tenant, "tenant", (tx) => platformHealth(tx, tenant))).logins;
const told = async () =>
  (await eventsOf(sovereignTenant()))
    .map((event) => event.type)
    .filter((type) => type.startsWith("runtime.stores."));

test("every login is told of and shown to the Sovereign, a failure that lasts once", async () => {
  await runVerb(recordStoreLogin, worker(), login);
  expect(await health()).toMatchObject([
    { address: login.address, method: "kubernetes", role: "sovereign-console", errorCode: null },
  ]);
  const [shown] = await health();
  expect(shown?.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 600_000);
  const failed = { ...login, errorCode: "vault_sealed", ttlSeconds: 0 };
  await runVerb(recordStoreLogin, worker(), failed);
  await runVerb(recordStoreLogin, worker(), failed);
  expect(await health()).toMatchObject([{ errorCode: "vault_sealed", expiresAt: null }]);
  await runVerb(recordStoreLogin, worker(), login);
  expect(await told()).toEqual([
    "runtime.stores.logged-in",
    "runtime.stores.login-failed",
    "runtime.stores.logged-in",
  ]);
});

test("an organization sees none, and no person notes one", async () => {
  const tenant = await newTenant("health");
  expect(await health(tenant)).toEqual([]);
  const admin = userOf(sovereignTenant(), "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(recordStoreLogin, admin, login)).rejects.toMatchObject({
    code: "forbidden",
  });
});
