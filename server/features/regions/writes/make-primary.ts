import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Makes a region the primary, the old one read-only first: there is never more than one. */
export async function makePrimary(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  region: string,
): Promise<void> {
  await tx.query(
    `UPDATE region SET role = 'read-only', role_since = clock_timestamp()
     WHERE tenant_id = $1 AND role = 'primary' AND region <> $2`,
    [tenant, region],
  );
  await tx.query(
    `UPDATE region SET role = 'primary', role_since = clock_timestamp()
     WHERE tenant_id = $1 AND region = $2 AND role <> 'primary'`,
    [tenant, region],
  );
}
