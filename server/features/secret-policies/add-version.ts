import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Keeps a version of a policy for ever. */
export async function addVersion(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  version: {
    policyId: string;
    version: number;
    source: string;
    isRetirement: boolean;
    eventId: string;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO secret_policy_version (tenant_id, policy_id, version, source, digest, is_retirement, event_id, saved_at)
     VALUES ($1, $2, $3, $4, sha256(convert_to($4, 'UTF8')), $5, $6, clock_timestamp())`,
    [
      tenant,
      version.policyId,
      version.version,
      version.source,
      version.isRetirement,
      version.eventId,
    ],
  );
}
