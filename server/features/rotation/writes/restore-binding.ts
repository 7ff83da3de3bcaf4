import "server-only";
import { currentRules } from "#server/features/secret-policies/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { planNext } from "../plan-next.ts";
import type { BindingRow, RotationRow } from "../rotation-rows.ts";
import { withActiveRole } from "./change-binding.ts";

/**
 * The credential is what it was before a rotation that a person took back, as old as it was then.
 * Its schedule asks again in a day at the earliest: somebody has to see to what was wrong first.
 */
export async function restoreBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: BindingRow,
  { rotation, version }: { rotation: RotationRow; version: number | undefined },
): Promise<void> {
  if (!version) throw new AppError("invalid", "restoredVersion: must say which version it is.");
  const { binding_id: bindingId, environment } = binding;
  const rule = (await currentRules(tx)).of(binding.class);
  const rotatedAt = rotation.previous_rotated_at;
  const next = await planNext(tx, tenant, { bindingId, environment, rule, rotatedAt });
  await tx.query(
    `UPDATE secret_binding SET current_version = $3, rotator = $4, last_rotated_at = $5, state = 'active',
       retry_at = NULL, updated_at = clock_timestamp(),
       next_rotation_at = CASE WHEN $6::timestamptz IS NOT NULL
         THEN greatest($6::timestamptz, clock_timestamp() + interval '1 day') END
     WHERE tenant_id = $1 AND binding_id = $2`,
    [
      tenant,
      bindingId,
      version,
      JSON.stringify(withActiveRole(binding, rotation.old_handle?.role)),
      rotatedAt,
      next?.at ?? null,
    ],
  );
}
