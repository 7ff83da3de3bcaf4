import "server-only";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import type { PolicyFacts } from "#server/platform/verb.ts";
import { tenantKind } from "./queries.ts";

/** What the policy `ManageRotationTarget` judges: who asks, and in whose context. */
export const targetFacts: PolicyFacts<unknown> = async ({ tx, tenant, caller }) => {
  const kind = await tenantKind(tx, tenant);
  const principal = policyPrincipal(caller);
  const resource = { type: "Tenant" as const, id: tenant };
  return {
    principal: principal.uid,
    resource,
    context: {},
    entities: [principal, { uid: resource, attrs: kind ? { kind } : {}, parents: [] }],
  };
};
