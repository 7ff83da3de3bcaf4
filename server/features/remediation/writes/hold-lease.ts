import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Lets the calling worker keep a remediation for some seconds more, after a move ended the lease. */
export async function holdLease(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
  leaseSeconds: number,
): Promise<void> {
  await tx.query(
    `UPDATE remediation SET lease_until = clock_timestamp() + make_interval(secs => $3)
     WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, remediationId, leaseSeconds],
  );
}

/** Lets go of a remediation that stays what it is; it is due again after the pause. */
export async function pauseRemediation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
  {
    seconds,
    isSetback = false,
    errorCode = null,
    errorText = null,
  }: {
    seconds: number;
    isSetback?: boolean;
    errorCode?: string | null;
    errorText?: string | null;
  },
): Promise<void> {
  await tx.query(
    `UPDATE remediation SET lease_owner = NULL, lease_until = NULL, error_code = $4, error_text = $5,
       attempt = CASE WHEN $6 THEN attempt + 1 ELSE 0 END,
       due_at = clock_timestamp() + make_interval(secs => $3)
     WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, remediationId, seconds, errorCode, errorText, isSetback],
  );
}
