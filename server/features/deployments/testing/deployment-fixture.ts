import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Actor, Caller } from "#server/platform/actor.ts";
import { type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { serviceOf, userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { EnvironmentPolicySpec } from "../environment-schema.ts";
import { deployment } from "../queries.ts";
import type { ClaimOutcome, DeploymentDetail, RequestDeploymentInput } from "../schema.ts";
import { claimDeployment } from "../verbs/claim-deployment.ts";
import { requestDeployment } from "../verbs/request-deployment.ts";
import { reviewDeployment } from "../verbs/review-deployment.ts";
import { saveEnvironmentPolicy } from "../verbs/save-environment-policy.ts";
import { tendDeployment } from "../verbs/tend-deployment.ts";

export const REGISTRY = "registry.example/bank";
export const sha = (seed: string) => `sha256:${createHash("sha256").update(seed).digest("hex")}`;
export const image = (name: string, version: string) =>
  `${REGISTRY}/${name}:${version}@${sha(`${name}@${version}`)}`;

/** Two sovereign-admins and one security-officer, as production would. */
export const PROD: z.input<typeof EnvironmentPolicySpec> = {
  groups: [
    { role: "sovereign-admin", count: 2 },
    { role: "security-officer", count: 1 },
  ],
  trustedRegistries: [REGISTRY],
};
/** Somebody whose signature counts, so that provenance can be demanded. */
export const TRUSTED = {
  signers: [{ issuer: "https://forge.example", subject: "https://forge.example/bank/release" }],
  builders: [{ id: "https://forge.example/builder", level: 3 as const }],
};
/** The least that a deployment takes. */
export const ONE_ADMIN: z.input<typeof EnvironmentPolicySpec> = {
  groups: [{ role: "sovereign-admin", count: 1 }],
  trustedRegistries: [REGISTRY],
};

export const admin = (tenant: AuthorizedTenantId, name = "admin") =>
  userOf(tenant, name, { roles: ["sovereign-admin"] });
export const officer = (tenant: AuthorizedTenantId, name = "officer") => userOf(tenant, name);
export const developer = (tenant: AuthorizedTenantId, name = "developer") =>
  userOf(tenant, name, { roles: ["developer"] });
export const pipeline = (
  tenant: AuthorizedTenantId,
  name = "pipeline",
  human: Extract<Actor, { kind: "service" }>["human"] = "unknown",
): Caller => serviceOf(tenant, name, human, [...scopesOfRoles(["deployment-pipeline"])]);
export const tender = (tenant: AuthorizedTenantId) =>
  workerOf(tenant, ["runtime.deployments.tend"]);

export async function demand(
  tenant: AuthorizedTenantId,
  policy: z.input<typeof EnvironmentPolicySpec> = ONE_ADMIN,
  basedOn = 0,
  environment: "dev" | "test" | "staging" | "prod" = "prod",
) {
  const input = { environment, policy, basedOn, reason: "Agreed in the change board" };
  return runVerb(saveEnvironmentPolicy, admin(tenant, "policy-author"), input);
}

export type RequestFields = Partial<z.input<typeof RequestDeploymentInput>>;
export function requestInput(fields: RequestFields = {}): z.input<typeof RequestDeploymentInput> {
  return {
    environment: "prod",
    service: "checkout",
    images: [image("checkout", "1.2.0")],
    configDigest: sha("checkout config 7"),
    changeRef: "checkout#412",
    reason: "Fixes the rounding of instalments",
    ...fields,
  };
}

/** A request that has been checked, so that it can be approved. */
export async function ask(caller: Caller, fields: RequestFields = {}) {
  const asked = await runVerb(requestDeployment, caller, requestInput(fields));
  const { state } = await tend(caller.tenant, asked.deploymentId);
  return { ...asked, state };
}

export function tend(tenant: AuthorizedTenantId, deploymentId: string) {
  return runVerb(tendDeployment, tender(tenant), { deploymentId });
}

export function review(
  caller: Caller,
  request: { deploymentId: string; subjectDigest: string },
  decision: "approve" | "reject" = "approve",
) {
  const { deploymentId, subjectDigest } = request;
  const comment = decision === "reject" ? "Not before the holiday" : "";
  return runVerb(reviewDeployment, caller, { deploymentId, subjectDigest, decision, comment });
}

export const fresh = (tenant: AuthorizedTenantId, name: string, ...roles: Role[]) => ({
  issuer: `https://idp.test/realms/${tenant}`,
  subject: name,
  roles,
});

type Claim = z.input<typeof claimDeployment.input>;

export function claimAs(
  caller: Caller,
  request: { deploymentId: string; subjectDigest: string },
  approvers: Claim["approvers"],
  claimKey: string | null = null,
): Promise<ClaimOutcome> {
  const { deploymentId, subjectDigest } = request;
  return runVerb(claimDeployment, caller, { deploymentId, subjectDigest, approvers, claimKey });
}

/** The codes of what blocks, in order. */
export function blockersOf(outcome: ClaimOutcome): string[] {
  return outcome.outcome === "blocked"
    ? outcome.blockers.map(({ code }) => code.replace("forbid-deploy-", ""))
    : [];
}

export async function detail(caller: Caller, deploymentId: string): Promise<DeploymentDetail> {
  const found = await withTenant(caller.tenant, "tenant", (tx) =>
    deployment(tx, caller.tenant, deploymentId, caller),
  );
  if (!found) throw new Error("no such deployment request");
  return found;
}

/** Lets the time of a request run out, as the database's clock sees it. */
export async function runOut(tenant: AuthorizedTenantId, deploymentId: string): Promise<void> {
  await asSuperuser(
    `UPDATE approval_request a SET expires_at = clock_timestamp() - interval '1 second'
     FROM deployment_request d WHERE d.tenant_id = $1 AND d.deployment_id = $2
       AND a.tenant_id = d.tenant_id AND a.request_id = d.approval_id`,
    [tenant, deploymentId],
  );
  await asSuperuser(
    "UPDATE deployment_request SET expires_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1 AND deployment_id = $2",
    [tenant, deploymentId],
  );
}
