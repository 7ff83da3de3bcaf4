import "server-only";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { type DiscoveryDependencies, discoverTenant } from "../discovery/discover-tenant.ts";
import { type ClusterReading, readCluster } from "../discovery/read-cluster.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 50;

/** Looks for the secrets of each tenant whose turn it is. Gives how many were looked at. */
export async function discoverDue({
  clusters: sources,
  ...dependencies
}: Omit<DiscoveryDependencies, "clusters"> & {
  clusters: readonly ClusterSource[];
}): Promise<number> {
  // Once for all tenants of this round, and only when one is due.
  let reading: Promise<ClusterReading[]> | undefined;
  const clusters = () => {
    reading ??= Promise.all(sources.map(readCluster));
    return reading;
  };
  return eachDue("app.due_discoveries($1)", [BATCH], async ({ tenant_id: tenantId }) => {
    await discoverTenant({ ...dependencies, clusters }, tenantId);
  });
}
