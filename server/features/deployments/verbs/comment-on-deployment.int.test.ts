import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  detail,
  developer,
  officer,
  review,
} from "../testing/deployment-fixture.ts";
import { commentOnDeployment } from "./comment-on-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});

test("a comment stays, also after the end, and finds those whom it names", async () => {
  const asked = await ask(developer(tenant));
  const { deploymentId } = asked;
  const body =
    "@security-officer please look at the base image, and @Name-Of-Admin too. me@example.com";
  const said = await runVerb(commentOnDeployment, developer(tenant), { deploymentId, body });
  expect(said.mentions).toEqual(["security-officer", "name-of-admin"]);
  expect((await detail(officer(tenant), deploymentId)).mentionsYou).toBe(true);
  expect((await detail(admin(tenant), deploymentId)).mentionsYou).toBe(true);
  expect((await detail(developer(tenant), deploymentId)).mentionsYou).toBe(false);
  await review(admin(tenant), asked, "reject");
  await runVerb(commentOnDeployment, admin(tenant), { deploymentId, body: "Next week" });
  const { comments } = await detail(officer(tenant), deploymentId);
  expect(comments.map(({ author }) => author)).toEqual(["Name of developer", "Name of admin"]);
});

test("an empty one names the field; another tenant's request is absent", async () => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(
    runVerb(commentOnDeployment, developer(tenant), { deploymentId, body: "  " }),
  ).rejects.toMatchObject({ details: { field: "body" } });
  await expect(
    runVerb(commentOnDeployment, developer(await newTenant()), { deploymentId, body: "Hello" }),
  ).rejects.toMatchObject({ code: "not_found" });
});
