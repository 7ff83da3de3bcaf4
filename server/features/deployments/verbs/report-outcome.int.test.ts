import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { runningServices } from "../queries.ts";
import {
  admin,
  ask,
  claimAs,
  demand,
  developer,
  fresh,
  image,
  pipeline,
  review,
  sha,
} from "../testing/deployment-fixture.ts";
import { reportOutcome } from "./report-outcome.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});
const running = () =>
  withTenant(tenant, "tenant", (tx) => runningServices(tx, tenant), { readOnly: true });

async function claimed(version = "1") {
  const asked = await ask(developer(tenant), { images: [image("checkout", version)] });
  await review(admin(tenant), asked);
  await claimAs(pipeline(tenant), asked, [fresh(tenant, "admin", "sovereign-admin")]);
  return asked.deploymentId;
}

test("success writes what runs; the same report again changes nothing, another is refused", async () => {
  const deploymentId = await claimed();
  const report = { deploymentId, outcome: "succeeded" as const, note: "Rolled out in 40 s" };
  expect((await runVerb(reportOutcome, pipeline(tenant), report)).state).toBe("succeeded");
  const [service] = await running();
  expect(service).toMatchObject({
    environment: "prod",
    service: "checkout",
    deploymentId,
    images: [image("checkout", "1")],
    configDigest: sha("checkout config 7"),
  });
  await runVerb(reportOutcome, pipeline(tenant), report);
  expect(await running()).toEqual([service]);
  await expect(
    runVerb(reportOutcome, pipeline(tenant), { ...report, outcome: "failed" }),
  ).rejects.toMatchObject({ code: "conflict" });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.deployments.succeeded")).toHaveLength(1);
});

test.each(["failed", "rolled_back"] as const)("%s leaves what runs as it was", async (outcome) => {
  const first = await claimed("1");
  await runVerb(reportOutcome, pipeline(tenant), { deploymentId: first, outcome: "succeeded" });
  const second = await claimed("2");
  const ended = await runVerb(reportOutcome, pipeline(tenant), { deploymentId: second, outcome });
  expect(ended.state).toBe(outcome);
  expect(await running()).toMatchObject([{ deploymentId: first }]);
});

test("only whoever claimed it, only after the claim, only in the own tenant", async () => {
  const { deploymentId } = await ask(developer(tenant));
  const report = { deploymentId, outcome: "succeeded" as const };
  await expect(runVerb(reportOutcome, pipeline(tenant), report)).rejects.toMatchObject({
    code: "conflict",
  });
  const other = { deploymentId: await claimed("5"), outcome: "succeeded" as const };
  await expect(runVerb(reportOutcome, pipeline(tenant, "another"), other)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(reportOutcome, pipeline(await newTenant()), other)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(reportOutcome, admin(tenant), other)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await running()).toEqual([]);
});
