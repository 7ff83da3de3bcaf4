import "server-only";
import type { ExpectedBoundary } from "#server/engines/drift/expected-boundary.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { bindingsInForce } from "./binding-rows.ts";

/** What the bindings in force ask of a cluster, one for each environment of the tenant. */
export async function expectedBoundaries(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ExpectedBoundary[]> {
  const bindings = await bindingsInForce(tx, tenant);
  return bindings.map(({ environment, version, declaration }) => ({
    tenant,
    environment,
    version,
    namespaces: declaration.compute.namespaces,
    quota: declaration.quota,
    network: declaration.network,
  }));
}
