import "server-only";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { PolicyFacts } from "#server/platform/verb.ts";
import { isSovereign, lockCluster } from "./queries.ts";

/** What the policy `ManageAdmission` judges: who asks, and in whose context. */
export const admissionFacts: PolicyFacts<unknown> = async ({ tx, tenant, caller }) => {
  const principal = policyPrincipal(caller);
  const resource = { type: "Tenant" as const, id: tenant };
  const kind = (await isSovereign(tx, tenant)) ? "sovereign" : "organization";
  return {
    principal: principal.uid,
    resource,
    context: {},
    entities: [principal, { uid: resource, attrs: { kind }, parents: [] }],
  };
};

/** The cluster, locked; throws `not_found` for one that is not registered, or retired. */
export async function usableCluster(...about: Parameters<typeof lockCluster>) {
  const cluster = await lockCluster(...about);
  if (!cluster || cluster.retired_at) throw notFound("cluster");
  return cluster;
}
