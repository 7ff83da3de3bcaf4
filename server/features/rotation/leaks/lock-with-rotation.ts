import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type BindingRow, lockBinding, lockRotation, type RotationRow } from "../rotation-rows.ts";

/**
 * A binding and its unfinished rotation, both locked, the rotation first as everywhere. Throws
 * `not_found`, or `conflict` when another rotation was opened in between.
 */
export async function lockWithRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<{ binding: BindingRow; open: RotationRow | undefined }> {
  const before = await unfinished(tx, tenant, bindingId);
  const open = before ? await lockRotation(tx, tenant, before) : undefined;
  const binding = await lockBinding(tx, tenant, bindingId);
  if (!binding) throw notFound("secret binding");
  const now = await unfinished(tx, tenant, bindingId);
  if (now === before) return { binding, open };
  throw new AppError("conflict", "A rotation began or ended at this moment.", {
    said: { key: "rotation.thisMoment" },
    remedy: "Do it again.",
  });
}

async function unfinished(tx: TenantTx, tenant: AuthorizedTenantId, bindingId: string) {
  const [row] = await tx.query<{ rotation_id: string }>(
    "SELECT rotation_id FROM rotation WHERE tenant_id = $1 AND binding_id = $2 AND finished_at IS NULL",
    [tenant, bindingId],
  );
  return row?.rotation_id;
}
