import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Whether a look at the tenant's isolation began after this moment and has ended. */
export async function hasLookedAtIsolationSince(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  moment: Date,
): Promise<boolean> {
  const found = await tx.query(
    `SELECT 1 FROM isolation_look
     WHERE tenant_id = $1 AND started_at > $2 AND finished_at >= started_at`,
    [tenant, moment],
  );
  return found.length > 0;
}

/** The cells that are violated, as of the last look. */
export function violatedCells(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<{ environment: string; layer: string }[]> {
  return tx.query(
    `SELECT environment, layer FROM isolation_cell WHERE tenant_id = $1 AND state = 'violated'
     ORDER BY environment, layer`,
    [tenant],
  );
}
