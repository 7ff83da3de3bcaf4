import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * What a rotation's end means for the credential's schedule. One that was undone is tried again by
 * itself where the credential has a schedule: after five minutes, doubling up to six hours. One that
 * a person cancelled leaves the credential as it was.
 */
export async function settleSchedule(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
  { to, isCancelled }: { to: RotationState; isCancelled: boolean },
): Promise<void> {
  const set = to === "promoted" ? PROMOTED : isCancelled ? CANCELLED : UNDONE;
  if (to !== "promoted" && to !== "rolled_back") return;
  await tx.query(`UPDATE secret_binding SET ${set} WHERE tenant_id = $1 AND binding_id = $2`, [
    tenant,
    bindingId,
  ]);
}

const PROMOTED = "failures = 0, retry_at = NULL";
const CANCELLED = `state = 'active', next_rotation_at = CASE WHEN next_rotation_at <= clock_timestamp()
  THEN clock_timestamp() + interval '1 day' ELSE next_rotation_at END`;
const UNDONE = `failures = failures + 1, retry_at = CASE WHEN next_rotation_at IS NOT NULL
  THEN clock_timestamp() + least(interval '5 minutes' * 2 ^ least(failures, 10), interval '6 hours') END`;
