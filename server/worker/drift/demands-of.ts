import "server-only";
import type { ExpectedBoundary } from "#server/engines/drift/expected-boundary.ts";
import { approvedImages, trustedRegistries } from "#server/features/deployments/index.ts";
import {
  type CellInBrief,
  cellsInBrief,
  expectedBoundaries,
} from "#server/features/isolation/index.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What the console's own records ask of a tenant's clusters, sorted. */
export interface Demands {
  approved: { environment: string; images: string[] }[];
  registries: { environment: string; registries: string[] }[];
  /** The tenant's matrix, as of its last look. */
  cells: CellInBrief[];
  /** What the bindings in force ask of the clusters. */
  expected: ExpectedBoundary[];
}

/** Reads it as the worker, in a transaction of its own. */
export function demandsOf(tenant: AuthorizedTenantId): Promise<Demands> {
  const read = async (tx: TenantTx): Promise<Demands> => {
    const approved = await approvedImages(tx, tenant);
    const registries = await trustedRegistries(tx, tenant);
    return {
      approved: [...approved].map(([place, images]) => ({
        environment: place.slice(place.indexOf("/") + 1),
        images: [...images].sort(),
      })),
      registries: registries.map((each) => ({
        environment: each.environment,
        registries: [...each.registries].sort(),
      })),
      cells: await cellsInBrief(tx, tenant),
      expected: await expectedBoundaries(tx, tenant),
    };
  };
  return withTenant(tenant, "worker", read, { readOnly: true });
}
