import "server-only";
import type { ActPlace } from "#server/platform/authz/production-rights.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The environment of a credential; null where there is none: the verb itself says so. */
export async function placeOfBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<ActPlace | null> {
  const [row] = await tx.query<{ environment: string }>(
    "SELECT environment FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  return row ?? null;
}

/** The environment of the credential that a rotation is of. */
export async function placeOfRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<ActPlace | null> {
  const [row] = await tx.query<{ environment: string }>(
    `SELECT b.environment FROM rotation r JOIN secret_binding b
       ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
     WHERE r.tenant_id = $1 AND r.rotation_id = $2`,
    [tenant, rotationId],
  );
  return row ?? null;
}
