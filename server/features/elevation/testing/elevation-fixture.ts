import type { z } from "zod";
import { reviewApproval } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import { type Role, type Scope, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { ElevationPolicySpec } from "../elevation-policy-spec.ts";
import type { RequestElevationInput } from "../schema.ts";
import { activateElevation } from "../verbs/activate-elevation.ts";
import { requestElevation } from "../verbs/request-elevation.ts";
import { saveElevationPolicy } from "../verbs/save-elevation-policy.ts";

/** As production would have it, but without a second factor, which has tests of its own. */
export const POLICY: z.input<typeof ElevationPolicySpec> = {
  maxDurationSeconds: 4 * 3_600,
  maxAheadSeconds: 86_400,
  maxLivePerPerson: 3,
  offers: [
    {
      roles: ["sovereign-admin", "security-officer"],
      scopes: [
        "runtime.approvals.decide",
        "runtime.deployments.execute",
        "runtime.environments.manage",
        "runtime.secrets.override",
      ],
    },
    { roles: ["developer"], scopes: ["runtime.secrets.rotate"] },
  ],
  groups: [{ role: "security-officer", count: 1 }],
  stepUp: { level: "none" },
};

export const officer = (tenant: AuthorizedTenantId, name = "officer") => userOf(tenant, name);
export const admin = (tenant: AuthorizedTenantId, name = "admin") =>
  userOf(tenant, name, { roles: ["sovereign-admin"] });
export const developer = (tenant: AuthorizedTenantId, name = "developer") =>
  userOf(tenant, name, { roles: ["developer"] });
export const tender = (tenant: AuthorizedTenantId) => workerOf(tenant, ["runtime.elevation.tend"]);

export function offer(
  tenant: AuthorizedTenantId,
  change: Partial<z.input<typeof ElevationPolicySpec>> = {},
  basedOn = 0,
  environment: "dev" | "test" | "staging" | "prod" = "prod",
) {
  const input = { environment, policy: { ...POLICY, ...change }, basedOn, reason: "Agreed" };
  return runVerb(saveElevationPolicy, officer(tenant, "policy-author"), input);
}

export type RequestFields = Partial<z.input<typeof RequestElevationInput>>;
export function ask(caller: Caller, fields: RequestFields = {}) {
  return runVerb(requestElevation, caller, {
    environment: "prod",
    scopes: ["runtime.approvals.decide"],
    durationSeconds: 3_600,
    reason: "Release 412 goes out tonight",
    ...fields,
  });
}

export function review(
  caller: Caller,
  asked: { approvalId: string; subjectDigest: string },
  decision: "approve" | "reject" = "approve",
) {
  return runVerb(reviewApproval, caller, {
    requestId: asked.approvalId,
    subjectDigest: asked.subjectDigest,
    decision,
    comment: decision === "reject" ? "Not tonight" : "",
  });
}

export function fresh(caller: Caller, ...roles: Role[]) {
  if (caller.actor.kind !== "user") throw new Error("not a person");
  const { issuer, subject, roles: own } = caller.actor;
  return { issuer, subject, roles: roles.length > 0 ? roles : [...own] };
}

/** Activates with the roles that the approvers have now. */
export function activate(
  caller: Caller,
  { requestId }: { requestId: string },
  approvers: readonly ReturnType<typeof fresh>[],
) {
  return runVerb(activateElevation, caller, { requestId, approvers: [...approvers] });
}

/** Asked, approved by an officer and activated. */
export async function grantTo(caller: Caller, fields: RequestFields = {}) {
  const { tenant } = caller;
  const asked = await ask(caller, fields);
  const approver = officer(tenant, "approving-officer");
  await review(approver, asked);
  const outcome = await activate(caller, asked, [fresh(approver)]);
  if (outcome.outcome !== "activated") throw new Error(JSON.stringify(outcome.blockers));
  return outcome;
}

/** What a person may do now, as the guard finds it. */
export async function scopesNow(caller: Caller): Promise<ReadonlySet<Scope>> {
  const standing = caller.actor.kind === "user" ? caller.actor.roles : [];
  return (await elevated({ ...caller, scopes: scopesOfRoles(standing) })).scopes;
}

/** Lets the time of a grant run out, as the database's clock sees it. */
export async function runOut(tenant: AuthorizedTenantId, grantId: string): Promise<void> {
  await asSuperuser(
    `UPDATE elevation_grant SET starts_at = starts_at - interval '30 days', ends_at = clock_timestamp() - interval '1 second'
     WHERE tenant_id = $1 AND grant_id = $2`,
    [tenant, grantId],
  );
}
