import "server-only";
import { type DiscoveryDependencies, discoverTenant } from "../discovery/discover-tenant.ts";
import { readCluster } from "../discovery/read-cluster.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 50;

/** Looks for the secrets of each tenant whose turn it is. Gives how many were looked at. */
export async function discoverDue(
  dependencies: Omit<DiscoveryDependencies, "cluster"> & { snapshot: string | undefined },
): Promise<number> {
  // Once for all tenants of this round, and only when one is due.
  let reading: ReturnType<typeof readCluster> | undefined;
  const cluster = () => {
    reading ??= readCluster(dependencies.snapshot);
    return reading;
  };
  return eachDue("app.due_discoveries($1)", [BATCH], async ({ tenant_id: tenantId }) => {
    await discoverTenant({ ...dependencies, cluster }, tenantId);
  });
}
