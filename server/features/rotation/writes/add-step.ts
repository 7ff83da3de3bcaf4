import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Adds a line to the rotation's history. */
export async function addStep(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  step: { rotationId: string; from: string; to: string; eventId: string; note: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO rotation_step (tenant_id, rotation_id, step_no, state_from, state_to, at, event_id, note)
     SELECT $1, $2, coalesce(max(step_no), 0) + 1, $3, $4, clock_timestamp(), $5, $6
     FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, step.rotationId, step.from, step.to, step.eventId, step.note],
  );
}
