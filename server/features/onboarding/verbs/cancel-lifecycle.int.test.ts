import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { cancelLifecycle } from "./cancel-lifecycle.ts";
import { onboardTenant } from "./onboard-tenant.ts";

test("what waits for its approval is canceled with it, once, and its name is free again", async () => {
  const admin = await sovereignAdmin();
  const plan = planOf(newSlug(), {}, "prod");
  const { lifecycleId } = await runVerb(onboardTenant, admin, { plan, reason: REASON });
  const cancel = () => runVerb(cancelLifecycle, admin, { lifecycleId, reason: REASON });
  expect(await cancel()).toMatchObject({ state: "canceled" });
  await expect(cancel()).rejects.toMatchObject({ code: "conflict" });
  const types = (await eventsOf(sovereignTenant()))
    .filter(
      ({ subject, payload }) =>
        subject.endsWith(lifecycleId) || payload.subjectRef?.endsWith(lifecycleId),
    )
    .map(({ type }) => type);
  expect(types).toContain("runtime.tenants.onboarding-canceled");
  await runVerb(onboardTenant, admin, { plan, reason: REASON });
});

test("what is under way is not; elsewhere it does not exist; without the scope it is forbidden", async () => {
  const admin = await sovereignAdmin();
  const { lifecycleId } = await runVerb(onboardTenant, admin, {
    plan: planOf(newSlug()),
    reason: REASON,
  });
  const input = { lifecycleId, reason: REASON };
  await expect(runVerb(cancelLifecycle, admin, input)).rejects.toMatchObject({ code: "conflict" });
  const inside = userOf(await newTenant(), "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(cancelLifecycle, inside, input)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    runVerb(cancelLifecycle, userOf(sovereignTenant(), "officer"), input),
  ).rejects.toMatchObject({ code: "forbidden" });
});
