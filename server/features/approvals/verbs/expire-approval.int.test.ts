import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, runOut } from "../testing/approval-fixture.ts";
import { expireApproval } from "./expire-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const worker = (of = tenant) => workerOf(of, ["runtime.approvals.expire"]);

test("the sweeper closes what is over, once, and nothing else", async () => {
  const asked = await ask(requester());
  const sweep = () => runVerb(expireApproval, worker(), { requestId: asked.requestId });
  expect(await sweep()).toEqual({ hasExpired: false });
  await runOut(tenant, asked.requestId);
  expect(await Promise.all([sweep(), sweep()])).toContainEqual({ hasExpired: true });
  expect(await sweep()).toEqual({ hasExpired: false });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.approvals.expired")).toHaveLength(1);
});

test("wrong tenant, wrong scope, wrong input", async () => {
  const asked = await ask(requester());
  await runOut(tenant, asked.requestId);
  const input = { requestId: asked.requestId };
  await expect(runVerb(expireApproval, worker(await newTenant()), input)).rejects.toMatchObject({
    code: "not_found",
    message: "No such approval request.",
  });
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin", "security-officer"] });
  await expect(runVerb(expireApproval, admin, input)).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(expireApproval, worker(), { requestId: "no" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "requestId" },
  });
});
