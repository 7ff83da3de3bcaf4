import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { LogKeyRow } from "../sealing/log-keys.ts";

/** Writes down that a key signs no more, and drops its seed. */
export async function endLogKey(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { number }: LogKeyRow,
  {
    lastSize,
    time,
    isRevoked,
    note,
  }: { lastSize: bigint; time: string; isRevoked: boolean; note: string },
): Promise<void> {
  await tx.query(
    `UPDATE audit_log_key SET state = $3, last_size = $4, ended_at = $5, ending = $6, wrapped = NULL
     WHERE tenant_id = $1 AND number = $2`,
    [tenant, number, isRevoked ? "revoked" : "retired", lastSize.toString(), time, note],
  );
}
