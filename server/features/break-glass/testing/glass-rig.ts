import type { z } from "zod";
import { approvalInBrief, reviewApproval } from "#server/features/approvals/index.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { Role } from "#server/platform/authz/scopes.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { BreakGlassRequest, DeclareBreakGlassInput } from "../schema.ts";
import { activateBreakGlass } from "../verbs/activate-break-glass.ts";
import { declareBreakGlass } from "../verbs/declare-break-glass.ts";
import { settleBreakGlass } from "../verbs/settle-break-glass.ts";

export const admin = (tenant: AuthorizedTenantId, name = "admin") =>
  userOf(tenant, name, { roles: ["sovereign-admin"] });
export const officer = (tenant: AuthorizedTenantId, name = "officer") => userOf(tenant, name);
/** The declared person, with nothing standing but the use. */
export const fireman = (tenant: AuthorizedTenantId, name = "fireman") =>
  userOf(tenant, name, { roles: ["break-glass"] });
export const issuerOf = (tenant: AuthorizedTenantId) => `https://idp.test/realms/${tenant}`;

export function declare(
  tenant: AuthorizedTenantId,
  over: Partial<z.input<typeof DeclareBreakGlassInput>> = {},
  who = admin(tenant),
) {
  return runVerb(declareBreakGlass, who, {
    issuer: issuerOf(tenant),
    subject: "fireman",
    personName: "Fire Man",
    environment: "prod",
    scopes: ["runtime.secrets.rotate", "runtime.deployments.request", "runtime.deployments.read"],
    maxMinutes: 30,
    reason: "On call for payments",
    ...over,
  });
}

/** Decides the open approval as somebody, and carries it out with the roles that they have then. */
export async function settle(
  tenant: AuthorizedTenantId,
  { principalId, approvalId }: { principalId: string; approvalId: string },
  {
    decision = "approve",
    roles = ["sovereign-admin"],
  }: { decision?: "approve" | "reject"; roles?: readonly Role[] } = {},
) {
  const second = admin(tenant, "second-admin");
  const brief = await withTenant(tenant, "tenant", (tx) => approvalInBrief(tx, tenant, approvalId));
  await runVerb(reviewApproval, second, {
    requestId: approvalId,
    subjectDigest: brief?.subjectDigest ?? "",
    decision,
    comment: "seen",
  });
  const worker = workerOf(tenant, ["runtime.break-glass.settle", "runtime.approvals.consume"]);
  const approvers = [{ issuer: issuerOf(tenant), subject: "second-admin", roles: [...roles] }];
  return runVerb(settleBreakGlass, worker, { principalId, approvers });
}

/** Somebody who may break glass. */
export async function declared(
  tenant: AuthorizedTenantId,
  over: Partial<z.input<typeof DeclareBreakGlassInput>> = {},
): Promise<string> {
  const asked = await declare(tenant, over);
  await settle(tenant, asked);
  return asked.principalId;
}

export const REASON = "Payments are down, the on-call has no rights";

/** Breaks glass; the second factor is given when it is asked for, for exactly that act and digest. */
export async function breakGlass(
  who: Caller,
  principalId: string,
  over: Partial<z.input<typeof BreakGlassRequest>> = {},
) {
  const input = { principalId, minutes: 15, reason: REASON, ...over };
  try {
    return await runVerb(activateBreakGlass, who, input);
  } catch (error) {
    const wanted = error instanceof AppError ? error.details.stepUp : undefined;
    if (!wanted) throw error;
    await proveAtProvider(who, { act: wanted.act, digest: wanted.digest });
    return runVerb(activateBreakGlass, who, input);
  }
}

/** Lets the time of a use run out, as the database's clock sees it. */
export async function runOut(tenant: AuthorizedTenantId, grantId: string): Promise<void> {
  await asSuperuser(
    `UPDATE elevation_grant SET starts_at = starts_at - interval '1 day', ends_at = clock_timestamp() - interval '1 second'
     WHERE tenant_id = $1 AND grant_id = $2`,
    [tenant, grantId],
  );
}
