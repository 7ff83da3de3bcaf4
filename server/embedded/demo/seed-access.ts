import { existsSync } from "node:fs";
import { reviewPolicy } from "#server/features/access-reviews/policy-rows.ts";
import { saveReviewPolicy } from "#server/features/access-reviews/verbs/save-review-policy.ts";
import { approvalInBrief, reviewApproval } from "#server/features/approvals/index.ts";
import { declareBreakGlass, settleBreakGlass } from "#server/features/break-glass/index.ts";
import {
  SECOND_SOVEREIGN_ADMIN,
  SOVEREIGN_REALM,
} from "#server/features/identity/realms/demo-sovereigns.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { demoPeople } from "./demo-people.ts";

interface AccessSeed {
  sovereign: string;
  tenant: string;
  identityFile: string;
}

/**
 * A policy of access reviews whose first review the worker begins at once, and one declared person who
 * may break glass. Doing it again changes nothing. Before environments ask for elevation, since nobody
 * of the seed holds any.
 */
export async function seedAccess(seed: AccessSeed): Promise<void> {
  // Without the development identity provider nobody knows who the demo's people are.
  if (!existsSync(seed.identityFile)) return;
  const { sovereign, tenant, identityFile } = seed;
  const { person } = demoPeople(sovereign, tenant, identityFile);
  const officer = person(SOVEREIGN_REALM, "security-officer", "security-officer");
  const policy = await withTenant(officer.tenant, "tenant", (tx) =>
    reviewPolicy(tx, officer.tenant),
  );
  if (!policy) {
    await runVerb(saveReviewPolicy, officer, {
      isEnabled: true,
      periodDays: 90,
      answerDays: 14,
      remindAfterDays: [7, 11],
      reviewerRoles: ["security-officer", "org-admin"],
      basedOn: 0,
      reason: "Demo: access is reviewed each quarter",
    });
  }
  if (tenant !== sovereign) await seedBreakGlass(seed);
}

async function seedBreakGlass({ sovereign, tenant, identityFile }: AccessSeed): Promise<void> {
  const { person } = demoPeople(sovereign, tenant, identityFile);
  const admin = person(SOVEREIGN_REALM, "sovereign-admin", "sovereign-admin");
  const second = person(SOVEREIGN_REALM, SECOND_SOVEREIGN_ADMIN, "sovereign-admin");
  const { actor } = person(tenant, "break-glass", "break-glass");
  if (actor.kind !== "user" || second.actor.kind !== "user") throw new Error("not a person");
  const known = await withTenant(admin.tenant, "tenant", (tx) =>
    tx.query("SELECT 1 FROM break_glass_principal WHERE tenant_id = $1 LIMIT 1", [tenant]),
  );
  if (known.length > 0) return;
  const { principalId, approvalId } = await runVerb(declareBreakGlass, admin, {
    issuer: actor.issuer,
    subject: actor.subject,
    personName: actor.displayName,
    environment: "prod",
    scopes: [
      "runtime.secrets.rotate",
      "runtime.deployments.request",
      "runtime.secrets.read",
      "runtime.deployments.read",
      "runtime.alerts.read",
      "runtime.tenants.read",
    ],
    maxMinutes: 30,
    reason: "Demo: on call for production outside office hours",
  });
  const brief = await withTenant(admin.tenant, "tenant", (tx) =>
    approvalInBrief(tx, admin.tenant, approvalId),
  );
  await runVerb(reviewApproval, second, {
    requestId: approvalId,
    subjectDigest: brief?.subjectDigest ?? "",
    decision: "approve",
    comment: "Demo",
  });
  const scopes = ["runtime.break-glass.settle", "runtime.approvals.consume"] as const;
  const worker = workerCaller({ tenantId: tenant, name: "demo-seed", scopes });
  const { issuer, subject, roles } = second.actor;
  await runVerb(settleBreakGlass, worker, {
    principalId,
    approvers: [{ issuer, subject, roles: [...roles] }],
  });
}
