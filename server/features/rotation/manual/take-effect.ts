import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** A completion that counts: the value is as old as it, and the interval begins anew. Gives the next date. */
export async function takeEffect(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { bindingId, performedAt }: { bindingId: string; performedAt: Date },
): Promise<Date | null> {
  const [row] = await tx.query<{ due_at: Date | null }>(
    `UPDATE secret_binding SET last_rotated_at = $3, failures = 0, updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND binding_id = $2 RETURNING nullif(limit_key, 'infinity') AS due_at`,
    [tenant, bindingId, performedAt],
  );
  return row?.due_at ?? null;
}
