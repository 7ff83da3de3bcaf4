import "server-only";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import type { TellingNames } from "../drift/hide-foreign.ts";
import type { RemediationPlaces } from "./remediation-places.ts";

/** What names a tenant in a cluster: its own name, and those of its namespaces. */
export async function tellingNames(
  { clusters }: RemediationPlaces,
  cluster: string,
): Promise<TellingNames> {
  const owners = await findDueKeys<{ tenant_id: string; is_sovereign: boolean }>(
    "app.due_drift_owners()",
  );
  const names = new Map(owners.map(({ tenant_id: tenant }) => [tenant, tenant]));
  const contents = await clusters.find(({ name }) => name === cluster)?.read();
  for (const [namespace, { tenant }] of namespaceOwners(contents?.manifests ?? [])) {
    if (names.has(tenant)) names.set(namespace, tenant);
  }
  return names;
}
