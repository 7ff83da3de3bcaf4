import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The names of these credentials by id, each once. Throws `not_found` unless all are the tenant's. */
export async function assertAllOurs(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingIds: readonly string[],
): Promise<Map<string, string>> {
  const wanted = new Set(bindingIds);
  const rows = await tx.query<{ binding_id: string; name: string }>(
    "SELECT binding_id, name FROM secret_binding WHERE tenant_id = $1 AND binding_id = ANY ($2::uuid[])",
    [tenant, [...wanted]],
  );
  if (rows.length !== wanted.size) throw notFound("secret binding");
  return new Map(rows.map((row) => [row.binding_id, row.name]));
}
