import "server-only";
import type { CellState } from "#server/engines/isolation/fact.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** A cell of the tenant's matrix with the codes of what violates in it. */
export interface CellInBrief {
  environment: string;
  layer: string;
  state: CellState;
  codes: string[];
}

/** Every cell as of the last look, sorted. */
export function cellsInBrief(tx: TenantTx, tenant: AuthorizedTenantId): Promise<CellInBrief[]> {
  return tx.query<CellInBrief & Record<string, unknown>>(
    `SELECT environment, layer, state,
       ARRAY(SELECT DISTINCT f ->> 'code' FROM jsonb_array_elements(facts) f WHERE f ->> 'verdict' = 'violates' ORDER BY 1) AS codes
     FROM isolation_cell WHERE tenant_id = $1 ORDER BY environment, layer`,
    [tenant],
  );
}
