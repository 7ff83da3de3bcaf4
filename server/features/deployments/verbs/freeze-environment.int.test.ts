import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  blockersOf,
  claimAs,
  demand,
  developer,
  fresh,
  officer,
  pipeline,
  review,
} from "../testing/deployment-fixture.ts";
import { freezeEnvironment } from "./freeze-environment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const freeze = (isFrozen: boolean, until: Date | null = null, caller = admin(tenant)) =>
  runVerb(freezeEnvironment, caller, {
    environment: "prod",
    isFrozen,
    until,
    reason: "The quarter closes",
  });

test("a frozen environment blocks the claim; approvals stay, and hold when it is lifted", async () => {
  await demand(tenant);
  const asked = await ask(developer(tenant));
  await review(admin(tenant), asked);
  const approvers = [fresh(tenant, "admin", "sovereign-admin")];
  await freeze(true);
  await freeze(true);
  expect(blockersOf(await claimAs(pipeline(tenant), asked, approvers))).toEqual(["frozen"]);
  await freeze(false);
  expect((await claimAs(pipeline(tenant), asked, approvers)).outcome).toBe("claimed");
  const types = (await typesOf(tenant)).filter((type) => type.startsWith("runtime.environments"));
  expect(types).toEqual([
    "runtime.environments.policy-saved",
    "runtime.environments.frozen",
    "runtime.environments.unfrozen",
  ]);
});

test("a time that is past, an environment without policy, and whoever lacks the scope: refused", async () => {
  await expect(freeze(true)).rejects.toMatchObject({ details: { field: "environment" } });
  await demand(tenant);
  await expect(freeze(true, new Date("2020-01-01"))).rejects.toMatchObject({
    details: { field: "until" },
  });
  await expect(freeze(true, null, officer(tenant))).rejects.toMatchObject({ code: "forbidden" });
  // Lifting what is not frozen changes nothing.
  expect(await freeze(false)).toMatchObject({ isFrozen: false });
});
