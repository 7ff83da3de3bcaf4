import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, grantTo, offer, officer, POLICY } from "../testing/elevation-fixture.ts";
import { saveElevationPolicy } from "./save-elevation-policy.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("saved once a change, based on what was seen, by whoever has the scope", async () => {
  expect(await offer(tenant)).toMatchObject({ version: 1, outcome: "created" });
  expect(await offer(tenant, {}, 1)).toMatchObject({ version: 1, outcome: "unchanged" });
  await expect(offer(tenant, { maxLivePerPerson: 1 }, 0)).rejects.toMatchObject({ code: "stale" });
  expect(await offer(tenant, { maxLivePerPerson: 1 }, 1)).toMatchObject({ version: 2 });
  const input = { environment: "prod" as const, policy: POLICY, basedOn: 2, reason: "Mine" };
  await expect(runVerb(saveElevationPolicy, admin(tenant), input)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await typesOf(tenant)).toContain("runtime.elevation.policy-saved");
});

test.each([
  ["policy.groups", { groups: [{ role: "sovereign-admin", count: 1 }] }],
  [
    "policy.offers.0.roles",
    { offers: [{ roles: ["workload-reporter"], scopes: ["runtime.secrets.rotate"] }] },
  ],
  [
    "policy.offers.0.scopes.0",
    { offers: [{ roles: ["developer"], scopes: ["runtime.audit.read"] }] },
  ],
  ["policy.projections.0.role", { projections: [{ kind: "keycloak-role", role: "realm-admin" }] }],
] as const)(
  "a policy by which nobody could be granted anything, or too much, is refused: %s",
  async (field, change) => {
    await expect(offer(tenant, change as never)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  },
);

test("whoever holds a grant there changes nothing of what may be asked for", async () => {
  await offer(tenant);
  await grantTo(officer(tenant, "policy-author"));
  await expect(offer(tenant, { maxLivePerPerson: 9 }, 1)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("you hold a grant there"),
  });
});
