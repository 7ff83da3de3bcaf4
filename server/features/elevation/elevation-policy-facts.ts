import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import type { CedarEntity, PolicyRequest } from "#server/platform/authz/policy-request.ts";

/** What Cedar judges when somebody does something about elevation in an environment. */
export function elevationPolicyFacts(
  caller: Caller,
  environment: string,
  context: PolicyRequest["context"],
): Omit<PolicyRequest, "action"> {
  const principal = policyPrincipal(caller);
  const uid = { type: "DeploymentEnvironment", id: environment } as const;
  const resource: CedarEntity = {
    uid,
    attrs: { name: environment },
    parents: [{ type: "Tenant", id: caller.tenant }],
  };
  return { principal: principal.uid, resource: uid, context, entities: [principal, resource] };
}
