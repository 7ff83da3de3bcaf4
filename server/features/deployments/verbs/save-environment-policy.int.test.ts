import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { environments, environmentVersions } from "../environment-queries.ts";
import {
  admin,
  demand,
  ONE_ADMIN,
  officer,
  PROD,
  pipeline,
} from "../testing/deployment-fixture.ts";
import { saveEnvironmentPolicy } from "./save-environment-policy.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const input = (policy: Partial<typeof PROD> = {}) => ({
  environment: "prod" as const,
  policy: { ...PROD, ...policy },
  reason: "Agreed in the change board",
});

test("versions are kept, the same again changes nothing, and a lost race is stale", async () => {
  expect(await demand(tenant)).toMatchObject({ version: 1, outcome: "created" });
  expect(await demand(tenant, PROD, 1)).toMatchObject({ version: 2, outcome: "changed" });
  expect(await demand(tenant, PROD, 1)).toMatchObject({ version: 2, outcome: "unchanged" });
  await expect(demand(tenant, ONE_ADMIN, 1)).rejects.toMatchObject({ code: "stale" });
  const kept = await withTenant(tenant, "tenant", (tx) => environmentVersions(tx, tenant, "prod"));
  expect(kept.map(({ version, savedBy }) => [version, savedBy])).toEqual([
    [2, "Name of policy-author"],
    [1, "Name of policy-author"],
  ]);
  const all = await withTenant(tenant, "tenant", (tx) => environments(tx, tenant));
  expect(all.map(({ environment, version }) => [environment, version])).toEqual([
    ["dev", 0],
    ["test", 0],
    ["staging", 0],
    ["prod", 2],
  ]);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.environments.policy-saved",
    subject: "environment/prod",
    payload: { version: 2 },
  });
});

test("two who save at once: one of them is stale", async () => {
  const outcomes = await Promise.allSettled([demand(tenant, PROD), demand(tenant, ONE_ADMIN)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test.each([
  [
    "nobody of the least role",
    { groups: [{ role: "security-officer" as const, count: 2 }] },
    "policy.groups",
  ],
  [
    "a role that can't decide",
    { groups: [{ role: "developer" as never, count: 1 }] },
    "policy.groups.0.role",
  ],
  ["no group", { groups: [] }, "policy.groups"],
  ["no registry", { trustedRegistries: [] }, "policy.trustedRegistries"],
  ["not a registry", { trustedRegistries: ["https://x"] }, "policy.trustedRegistries.0"],
  [
    "a wait that outlives it",
    { waitingSeconds: 7200, expirySeconds: 3600 },
    "policy.waitingSeconds",
  ],
  ["a negative wait", { waitingSeconds: -1 }, "policy.waitingSeconds"],
  [
    "a zone that is none",
    { windows: [{ days: [1], start: "08:00", end: "09:00", timeZone: "Nowhere" }] },
    "policy.windows.0.timeZone",
  ],
])("a policy that nobody could satisfy is refused: %s", async (_name, change, field) => {
  await expect(runVerb(saveEnvironmentPolicy, admin(tenant), input(change))).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});

test("only with the scope, and never by a pipeline", async () => {
  await expect(runVerb(saveEnvironmentPolicy, officer(tenant), input())).rejects.toMatchObject({
    code: "forbidden",
  });
  const robot = { ...pipeline(tenant), scopes: admin(tenant).scopes };
  await expect(runVerb(saveEnvironmentPolicy, robot, input())).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/only people/),
  });
});
