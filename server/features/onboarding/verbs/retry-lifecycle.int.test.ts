import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { retryLifecycle } from "./retry-lifecycle.ts";

test("what waits for approval has nothing to try again; elsewhere it does not exist", async () => {
  const admin = await sovereignAdmin();
  const plan = planOf(newSlug(), {}, "prod");
  const { lifecycleId } = await runVerb(onboardTenant, admin, { plan, reason: REASON });
  await expect(runVerb(retryLifecycle, admin, { lifecycleId })).rejects.toMatchObject({
    code: "conflict",
  });
  const inside = userOf(await newTenant(), "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(retryLifecycle, inside, { lifecycleId })).rejects.toMatchObject({
    code: "not_found",
  });
  const officer = userOf(sovereignTenant(), "officer");
  await expect(runVerb(retryLifecycle, officer, { lifecycleId })).rejects.toMatchObject({
    code: "forbidden",
  });
});
