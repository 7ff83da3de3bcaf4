import "server-only";
import {
  logKeyRows,
  seedPlace,
  signerOf,
  wrapForInstallation,
} from "#server/features/audit/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * Before a tenant's keys are destroyed: wraps the seeds of its log's keys by the installation's, so that
 * the log takes its last entries and stays signed. Nothing of what the entries say is read by them.
 */
export async function keepLogSeeds(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  for (const row of await logKeyRows(tx, tenant)) {
    if (row.wrapped === null || row.wrapped_by === "installation") continue;
    const place = seedPlace(row.number, row.public_key);
    const wrapped = wrapForInstallation(tenant, signerOf(tenant, row).seed, place);
    await tx.query(
      "UPDATE audit_log_key SET wrapped = $3, wrapped_by = 'installation' WHERE tenant_id = $1 AND number = $2",
      [tenant, row.number, wrapped],
    );
  }
}
