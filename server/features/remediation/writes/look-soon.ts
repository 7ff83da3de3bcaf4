import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Moves the tenant's turns to be looked at to now: what was applied is judged by what is seen next. */
export async function lookSoon(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  await tx.query(
    "UPDATE drift_look SET due_at = least(due_at, clock_timestamp()) WHERE tenant_id = $1",
    [tenant],
  );
  await tx.query(
    "UPDATE isolation_look SET due_at = least(due_at, clock_timestamp()) WHERE tenant_id = $1",
    [tenant],
  );
}
