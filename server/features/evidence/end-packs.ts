import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * Has every pack that may hold the content of these leaves end now, and those begin anew that are being
 * made: for the verb that erases content, in its transaction as the worker. The worker destroys the keys
 * of the packs and takes their bytes away. Gives how many end.
 */
export async function endPacks(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { from, to }: { from: bigint; to: bigint },
): Promise<number> {
  const ended = await tx.query(
    `UPDATE evidence_pack SET
       expires_at = CASE WHEN state = 'ready' THEN least(expires_at, clock_timestamp()) END,
       fence = fence + 1, lease_until = CASE WHEN state = 'building' THEN clock_timestamp() END
     WHERE tenant_id = $1 AND state IN ('ready', 'building') AND range_from < $3 AND range_to > $2 RETURNING 1`,
    [tenant, from.toString(), to.toString()],
  );
  return ended.length;
}
