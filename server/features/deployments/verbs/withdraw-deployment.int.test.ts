import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, ask, demand, detail, developer, review } from "../testing/deployment-fixture.ts";
import { withdrawDeployment } from "./withdraw-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});
const input = (deploymentId: string) => ({ deploymentId, reason: "Not needed any more" });

test("the requester takes it back, also after its approval; a second time changes nothing", async () => {
  const asked = await ask(developer(tenant));
  await review(admin(tenant), asked);
  const first = await runVerb(withdrawDeployment, developer(tenant), input(asked.deploymentId));
  expect(first.state).toBe("withdrawn");
  expect(await runVerb(withdrawDeployment, developer(tenant), input(asked.deploymentId))).toEqual(
    first,
  );
  const types = await typesOf(tenant);
  expect(types.filter((type) => type.endsWith(".withdrawn")).sort()).toEqual([
    "runtime.approvals.withdrawn",
    "runtime.deployments.withdrawn",
  ]);
  expect((await detail(admin(tenant), asked.deploymentId)).yourPart).toBe("not-open");
});

test("nobody else's, and no other tenant's", async () => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(
    runVerb(withdrawDeployment, admin(tenant), input(deploymentId)),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(withdrawDeployment, developer(await newTenant()), input(deploymentId)),
  ).rejects.toMatchObject({ code: "not_found" });
});
