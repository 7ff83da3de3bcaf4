import { uuidv7 } from "uuidv7";
import { afterAll, expect, test } from "vitest";
import { type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { createCallerFactory } from "#server/trpc/init.ts";
import { sovereignTenant, traceparent, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { secretPoliciesRouter } from "./router.ts";
import {
  bindToken,
  label,
  newName,
  policyText,
  save,
  sovereignAdmin,
} from "./testing/policy-fixture.ts";

const asCaller = createCallerFactory(secretPoliciesRouter);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
});

/** The procedures as somebody with a session of these tenants, working in one of them. */
function signedIn(
  tenant: string,
  tenants: readonly string[],
  roles: Role[] = ["security-officer"],
) {
  const session = {
    sessionId: uuidv7(),
    realm: tenant,
    issuer: `https://idp.test/realms/${tenant}`,
    subject: newName(),
    displayName: "A Person",
    tenants,
    roles,
    scopes: scopesOfRoles(roles),
    acr: null,
    authTime: new Date(),
  };
  return asCaller({
    headers: new Headers({ "x-tenant": tenant }),
    session,
    freshSession: async () => session,
    traceparent: traceparent(),
    requestId: uuidv7(),
  });
}

test("the Sovereign's preview looks over the tenants of the session, and no other", async () => {
  await sovereignAdmin();
  const [mine, plain, outside] = [await newTenant(), await newTenant(), await newTenant()];
  const tier = newName();
  for (const tenant of [mine, outside]) await label(tenant, { tier });
  for (const tenant of [mine, plain, outside]) await bindToken(tenant, 40);
  const yaml = policyText(newName(), undefined, { tier });
  const sovereign = sovereignTenant();
  const found = await signedIn(sovereign, [sovereign, mine, plain]).preview({ yaml });
  expect(found).toMatchObject({
    problems: [],
    tenants: 3,
    policies: [{ outcome: "created", currentVersion: null, matches: 1 }],
    counts: { affected: 1, becomesOverdue: 1, rescheduled: 1 },
  });
  expect(found.credentials.map((each) => each.tenantId)).toEqual([mine]);
});

test("an organization's preview looks at itself only, whatever else the session has", async () => {
  const [mine, other] = [await newTenant(), await newTenant()];
  for (const tenant of [mine, other]) await bindToken(tenant, 40);
  const found = await signedIn(mine, [mine, other]).preview({ yaml: policyText("p") });
  expect(found).toMatchObject({ tenants: 1, counts: { affected: 1 } });
  expect(found.credentials.map((each) => each.tenantId)).toEqual([mine]);
});

test("a preview says what saving would be: new, another version, or nothing", async () => {
  const tenant = await newTenant();
  const [saved] = await save(userOf(tenant, "officer"), policyText("known"));
  expect(saved?.version).toBe(1);
  const yaml = [
    policyText("known"),
    policyText("fresh"),
    policyText("for-nobody", undefined, { tier: "no-such-tier" }),
  ].join("---\n");
  const { policies } = await signedIn(tenant, [tenant]).preview({ yaml });
  expect(policies).toEqual([
    { name: "known", outcome: "unchanged", currentVersion: 1, matches: 1 },
    { name: "fresh", outcome: "created", currentVersion: null, matches: 1 },
    { name: "for-nobody", outcome: "created", currentVersion: null, matches: 0 },
  ]);
});

test("a preview of a text with problems gives each of them and nothing else", async () => {
  const tenant = await newTenant();
  const yaml = policyText("p", "{ kind: nothing, maxTTL: 0d }");
  const found = await signedIn(tenant, [tenant]).preview({ yaml });
  expect(found.problems).toMatchObject([
    { line: 9, field: "spec.rules[0].kind" },
    { line: 9, field: "spec.rules[0].maxTTL" },
  ]);
  expect(found).toMatchObject({ policies: [], credentials: [] });
});

test("reading takes its scope, and a tenant of the session", async () => {
  const [tenant, foreign] = [await newTenant(), await newTenant()];
  const developer = signedIn(tenant, [tenant], ["developer"]);
  await expect(developer.list()).rejects.toMatchObject({ cause: { code: "forbidden" } });
  await expect(signedIn(foreign, [tenant]).list()).rejects.toMatchObject({
    cause: { code: "not_found" },
  });
});
