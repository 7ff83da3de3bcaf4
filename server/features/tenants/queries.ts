import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type {
  AuthorizedTenantId,
  AuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import type { TenantView } from "./schema.ts";

/** The tenant's own record; undefined when it was never created. */
export async function currentTenant(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<TenantView | undefined> {
  const row = await tx.db.tenant.findUnique({ where: { tenantId: tenant } });
  return row ? { ...row, kind: row.kind as TenantView["kind"] } : undefined;
}

/** The tenants of a signed set, by display name. One that was never created is left out. */
export async function tenantsOf(tx: TenantTx, tenants: AuthorizedTenantSet): Promise<TenantView[]> {
  const rows = await tx.db.tenant.findMany({
    where: { tenantId: { in: [...tenants] } },
    orderBy: [{ displayName: "asc" }, { tenantId: "asc" }],
  });
  return rows.map((row) => ({ ...row, kind: row.kind as TenantView["kind"] }));
}
