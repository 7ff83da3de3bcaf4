import { beforeEach, expect, test } from "vitest";
import { reviewApproval } from "#server/features/approvals/verbs/review-approval.ts";
import { reviseApproval } from "#server/features/approvals/verbs/revise-approval.ts";
import { withdrawApproval } from "#server/features/approvals/verbs/withdraw-approval.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  detail,
  developer,
  ONE_ADMIN,
  PROD,
  review,
  runOut,
  TRUSTED,
  tend,
} from "../testing/deployment-fixture.ts";
import { tendDeployment } from "./tend-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});

test("checks pass, and a second look changes nothing", async () => {
  const { deploymentId, state } = await ask(developer(tenant));
  expect(state).toBe("awaiting_approval");
  expect(await tend(tenant, deploymentId)).toEqual({ state: "awaiting_approval", hasMoved: false });
});

test("where provenance is demanded and unknown it stays in its checks, and says so", async () => {
  await demand(tenant, { ...ONE_ADMIN, provenance: "signed", supplyChain: TRUSTED }, 1);
  const asked = await ask(developer(tenant));
  expect(asked.state).toBe("checking");
  const { blockers } = await detail(admin(tenant), asked.deploymentId);
  expect(blockers.map(({ code }) => code)).toContain("forbid-deploy-provenance-missing");
});

test("a changed policy asks anew: another revision, another requirement, older approvals stale", async () => {
  const asked = await ask(developer(tenant));
  await review(admin(tenant), asked);
  await demand(tenant, PROD, 1);
  expect(await tend(tenant, asked.deploymentId)).toEqual({
    state: "awaiting_approval",
    hasMoved: true,
  });
  const seen = await detail(admin(tenant), asked.deploymentId);
  expect(seen).toMatchObject({
    revision: 2,
    policyVersion: 2,
    quorum: { missing: 3 },
    reviews: [{ notCounted: "stale" }],
  });
  expect(seen.subjectDigest).not.toBe(asked.subjectDigest);
});

test("a registry that is no longer trusted holds it in its checks", async () => {
  const asked = await ask(developer(tenant));
  await demand(tenant, { ...ONE_ADMIN, trustedRegistries: ["other.example"] }, 1);
  expect((await tend(tenant, asked.deploymentId)).state).toBe("checking");
});

test("what was decided on the approval itself is followed, and time ends it", async () => {
  const decided = async (decision: "approve" | "reject", service: string) => {
    const { deploymentId, subjectDigest } = await ask(developer(tenant), { service });
    const { approvalId } = await detail(admin(tenant), deploymentId);
    const review = { requestId: approvalId, subjectDigest, decision, comment: "Decided at home" };
    await runVerb(reviewApproval, admin(tenant), review);
    // The screen does not wait for the worker.
    const shown = (await detail(admin(tenant), deploymentId)).state;
    expect((await tend(tenant, deploymentId)).state).toBe(shown);
    return shown;
  };
  expect(await decided("approve", "a")).toBe("approved");
  expect(await decided("reject", "b")).toBe("rejected");
  const late = await ask(developer(tenant), { service: "c" });
  await runOut(tenant, late.deploymentId);
  expect((await tend(tenant, late.deploymentId)).state).toBe("expired");
  expect((await typesOf(tenant)).filter((type) => type.endsWith(".expired"))).toHaveLength(2);
});

test("an approval that was taken back, or made to say something else, ends the request", async () => {
  const back = await ask(developer(tenant), { service: "a" });
  const { approvalId } = await detail(admin(tenant), back.deploymentId);
  const reason = "Changed my mind";
  await runVerb(withdrawApproval, developer(tenant), { requestId: approvalId, reason });
  expect((await tend(tenant, back.deploymentId)).state).toBe("withdrawn");

  const altered = await ask(developer(tenant), { service: "b" });
  const other = await detail(admin(tenant), altered.deploymentId);
  await runVerb(reviseApproval, developer(tenant), {
    requestId: other.approvalId,
    subject: { environment: "prod", harmless: true },
    reason,
  });
  const shown = await detail(admin(tenant), altered.deploymentId);
  expect(shown.blockers.map(({ code }) => code)).toContain("forbid-deploy-subject-changed");
  expect((await tend(tenant, altered.deploymentId)).state).toBe("withdrawn");
});

test("no role has the worker's scope, and another tenant's request is absent", async () => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(runVerb(tendDeployment, admin(tenant), { deploymentId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(tend(await newTenant(), deploymentId)).rejects.toMatchObject({ code: "not_found" });
});
