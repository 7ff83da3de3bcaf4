import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RotationRow } from "../rotation-rows.ts";
import { addStep } from "./add-step.ts";

/**
 * Ends a rotation that has done nothing outside yet. The credential is as it was; its schedule, if
 * it is past already, asks again in a day and not at once.
 */
export async function giveUp(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
  why: { errorCode: string; errorText: string; eventId: string },
): Promise<void> {
  const { rotation_id: rotationId, binding_id: bindingId, state: from } = rotation;
  await tx.query(
    `UPDATE rotation SET state = 'rolled_back', error_code = $3, error_text = $4, intent = NULL,
       lease_until = NULL, lease_owner = NULL, fence = fence + 1,
       finished_at = clock_timestamp(), updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, rotationId, why.errorCode, why.errorText],
  );
  await tx.query(
    `UPDATE secret_binding SET state = 'active', updated_at = clock_timestamp(),
       next_rotation_at = CASE WHEN next_rotation_at <= clock_timestamp()
         THEN clock_timestamp() + interval '1 day' ELSE next_rotation_at END
     WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, bindingId],
  );
  const step = { rotationId, from, to: "rolled_back", eventId: why.eventId };
  await addStep(tx, tenant, { ...step, note: why.errorText.slice(0, 300) });
}
