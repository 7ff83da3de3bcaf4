import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, workerOf } from "#test/fixtures/callers.ts";
import { decide, newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { settleLifecycle } from "./settle-lifecycle.ts";

test("approved it begins; rejected, or by somebody who lost the role, it is refused; undecided it waits", async () => {
  const admin = await sovereignAdmin();
  const worker = workerOf(sovereignTenant(), [
    "runtime.tenants.carry-out",
    "runtime.approvals.consume",
  ]);
  const second = (await sovereignAdmin("second")).actor as { issuer: string; subject: string };
  const ask = async () =>
    runVerb(onboardTenant, admin, { plan: planOf(newSlug(), {}, "prod"), reason: REASON });
  const settle = (lifecycleId: string, roles: string[]) =>
    runVerb(settleLifecycle, worker, {
      lifecycleId,
      approvers: [{ issuer: second.issuer, subject: second.subject, roles }],
    });
  const [approved, rejected, lost, waiting] = [await ask(), await ask(), await ask(), await ask()];
  await decide(approved.approvalId);
  await decide(rejected.approvalId, { decision: "reject" });
  await decide(lost.approvalId);
  expect(await settle(approved.lifecycleId, ["sovereign-admin"])).toMatchObject({
    state: "carrying_out",
  });
  expect(await settle(rejected.lifecycleId, ["sovereign-admin"])).toMatchObject({
    state: "refused",
  });
  expect(await settle(lost.lifecycleId, [])).toMatchObject({ state: "refused" });
  expect(await settle(waiting.lifecycleId, [])).toMatchObject({ state: "awaiting_approval" });
  await expect(
    runVerb(settleLifecycle, admin, { lifecycleId: waiting.lifecycleId, approvers: [] }),
  ).rejects.toMatchObject({ code: "forbidden" });
});
