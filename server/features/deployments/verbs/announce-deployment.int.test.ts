import { beforeEach, expect, test } from "vitest";
import { addWebhookEndpoint } from "#server/features/alerts/verbs/add-webhook-endpoint.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  developer,
  officer,
  review,
  tender,
} from "../testing/deployment-fixture.ts";
import { announceDeployment } from "./announce-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});
const announce = (deploymentId: string) =>
  runVerb(announceDeployment, tender(tenant), { deploymentId });

test("each change of state is told once, in order, to every subscriber; nobody has to acknowledge it", async () => {
  await runVerb(addWebhookEndpoint, officer(tenant), { url: "https://hooks.example.com/ci" });
  const asked = await ask(developer(tenant));
  expect(await announce(asked.deploymentId)).toEqual({ announced: 3 });
  await review(admin(tenant), asked);
  expect(await announce(asked.deploymentId)).toEqual({ announced: 1 });
  expect(await announce(asked.deploymentId)).toEqual({ announced: 0 });
  const told = await asSuperuser<{
    kind: string;
    detail: string;
    open: boolean;
    deliveries: number;
  }>(
    `SELECT a.kind, a.detail, a.acknowledged_at IS NULL AS open, count(w.*)::int AS deliveries
     FROM alert a JOIN webhook_delivery w USING (tenant_id, alert_id)
     WHERE a.tenant_id = $1 GROUP BY a.tenant_id, a.alert_id ORDER BY a.alert_id`,
    [tenant],
  );
  expect(told.map(({ kind }) => kind)).toEqual([
    "deployment-requested",
    "deployment-checking",
    "deployment-checked",
    "deployment-approved",
  ]);
  expect(told.at(-1)).toMatchObject({
    detail: "checkout to prod, revision 1: approved",
    open: false,
    deliveries: 1,
  });
});

test("no role announces, and another tenant's request is absent", async () => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(runVerb(announceDeployment, admin(tenant), { deploymentId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(announceDeployment, tender(await newTenant()), { deploymentId }),
  ).rejects.toMatchObject({ code: "not_found" });
});
