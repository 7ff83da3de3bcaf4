import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { onboardTenant } from "./onboard-tenant.ts";

test("one audited act holds everything; only a production environment takes a second person", async () => {
  const admin = await sovereignAdmin();
  const [small, big] = [newSlug(), newSlug()];
  const begun = await runVerb(onboardTenant, admin, { plan: planOf(small), reason: REASON });
  expect(begun).toMatchObject({ state: "carrying_out", approvalId: null });
  const asked = await runVerb(onboardTenant, admin, {
    plan: planOf(big, {}, "prod"),
    reason: REASON,
  });
  expect(asked).toMatchObject({ state: "awaiting_approval", approvalId: expect.any(String) });
  const told = (await eventsOf(sovereignTenant())).find(
    ({ subject }) => subject === `tenant-lifecycle/${begun.lifecycleId}`,
  );
  expect(told).toMatchObject({
    type: "runtime.tenants.onboarding-requested",
    payload: { slug: small, reason: REASON, environments: [{ environment: "dev" }] },
  });
  // Neither is a tenant yet.
  const made = await asSuperuser("SELECT 1 FROM tenant WHERE tenant_id = ANY ($1)", [[small, big]]);
  expect(made).toEqual([]);
});

test("a name that is taken or asked for is a conflict; the same key asks once", async () => {
  const slug = newSlug();
  const admin = { ...(await sovereignAdmin()), idempotencyKey: `onboard-${slug}` };
  const input = { plan: planOf(slug), reason: REASON };
  const once = await runVerb(onboardTenant, admin, input);
  expect(await runVerb(onboardTenant, admin, input)).toEqual(once);
  const again = { code: "conflict", details: { field: "plan.slug" } };
  await expect(runVerb(onboardTenant, await sovereignAdmin(), input)).rejects.toMatchObject(again);
  const plan = planOf(await newTenant());
  await expect(
    runVerb(onboardTenant, await sovereignAdmin(), { plan, reason: REASON }),
  ).rejects.toMatchObject(again);
});

test("bad input names its field, wherever it stands in the plan", async () => {
  const admin = await sovereignAdmin();
  const slug = newSlug();
  const good = planOf(slug);
  const [first] = good.environments;
  if (!first) throw new Error("no environment");
  const changed = (part: object) => ({
    environments: [{ ...first, declaration: { ...first.declaration, ...part } }],
  });
  const cases: [string, object][] = [
    ["plan.slug", { slug: "Not A Slug" }],
    ["plan.environments", { environments: [] }],
    ["plan.environments.1.environment", { environments: [first, first] }],
    [
      "plan.environments.0.declaration.secrets.vaultPath",
      changed({ secrets: { model: "pool", vaultPath: "other/dev" } }),
    ],
    ["plan.environments.0.declaration.quota.hard", changed({ quota: { model: "pool", hard: {} } })],
    [
      "plan.environments.0.declaration.quota.hard.pods",
      changed({ quota: { model: "pool", hard: { pods: "many" } } }),
    ],
    ["plan.admin.email", { admin: { username: "sara", email: "nowhere" } }],
    ["plan.admin", { realm: { kind: "existing", realm: "shop" } }],
  ];
  for (const [field, over] of cases) {
    await expect(
      runVerb(onboardTenant, admin, { plan: { ...good, ...over } as never, reason: REASON }),
    ).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
});

test("from inside an organization the policy forbids it; without the scope nobody does it", async () => {
  const tenant = await newTenant();
  const input = { plan: planOf(newSlug()), reason: REASON };
  const inside = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(onboardTenant, inside, input)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("the Sovereign's"),
  });
  await expect(
    runVerb(onboardTenant, userOf(sovereignTenant(), "officer"), input),
  ).rejects.toMatchObject({ code: "forbidden" });
});
