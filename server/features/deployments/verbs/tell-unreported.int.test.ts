import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  claimAs,
  demand,
  detail,
  developer,
  fresh,
  ONE_ADMIN,
  pipeline,
  review,
  tender,
} from "../testing/deployment-fixture.ts";
import { reportOutcome } from "./report-outcome.ts";
import { tellUnreported } from "./tell-unreported.ts";

async function claimed() {
  const tenant = await newTenant("unreported");
  await demand(tenant, { ...ONE_ADMIN, reportWithinSeconds: 600 });
  const request = await ask(developer(tenant));
  await review(admin(tenant), request);
  await claimAs(pipeline(tenant), request, [fresh(tenant, "admin", "sovereign-admin")]);
  return { tenant, deploymentId: request.deploymentId };
}

test("a claim that nobody reports raises one alert after the policy's time, and shows so", async () => {
  const { tenant, deploymentId } = await claimed();
  const tell = () => runVerb(tellUnreported, tender(tenant), { deploymentId });
  expect(await tell()).toEqual({ isTold: false });
  const [row] = await asSuperuser<{ seconds: number }>(
    "SELECT extract(epoch FROM report_due_at - claimed_at)::int AS seconds FROM deployment_request WHERE deployment_id = $1",
    [deploymentId],
  );
  expect(row?.seconds).toBe(600);
  expect(await detail(developer(tenant), deploymentId)).toMatchObject({ isReportOverdue: false });
  await asSuperuser(
    "UPDATE deployment_request SET report_due_at = clock_timestamp() - interval '1 second' WHERE deployment_id = $1",
    [deploymentId],
  );
  expect(await tell()).toEqual({ isTold: true });
  expect(await tell()).toEqual({ isTold: false });
  expect(await detail(developer(tenant), deploymentId)).toMatchObject({
    state: "executing",
    isReportOverdue: true,
    history: expect.arrayContaining([expect.objectContaining({ act: "unreported" })]),
  });
  const alerts = await withTenant(tenant, "tenant", (tx) =>
    tx.query("SELECT severity, acknowledged_at FROM alert WHERE tenant_id = $1 AND kind = $2", [
      tenant,
      "deployment-unreported",
    ]),
  );
  expect(alerts).toEqual([{ severity: "critical", acknowledged_at: null }]);
  const events = (await eventsOf(tenant)).filter(
    ({ type }) => type === "runtime.deployments.unreported",
  );
  expect(events).toMatchObject([{ subject: `deployment/${deploymentId}` }]);
  await runVerb(reportOutcome, pipeline(tenant), { deploymentId, outcome: "failed" });
  expect(await detail(developer(tenant), deploymentId)).toMatchObject({ isReportOverdue: false });
});

test("wrong tenant is absent, the scope is asked for, bad input names the field", async () => {
  const { deploymentId } = await claimed();
  const other = await newTenant("unreported");
  await expect(runVerb(tellUnreported, tender(other), { deploymentId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    runVerb(tellUnreported, workerOf(other, []), { deploymentId }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(tellUnreported, tender(other), { deploymentId: "x" })).rejects.toMatchObject(
    { code: "invalid", details: { field: "deploymentId" } },
  );
});
