import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RotationRow } from "../rotation-rows.ts";

/** What the moves of one record mean for an incident: one of them may be the proof. */
export async function containLeaks(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
  moves: readonly { to: RotationState; eventId: string }[],
): Promise<AuditEventDraft[]> {
  const proof = moves.find(({ to }) => to === "verified_dead");
  return proof ? containLeak(tx, tenant, rotation, proof) : [];
}

/**
 * An old value was proved dead: an incident about it, or about one before it, is contained, and the
 * credential counts as leaked no more. Gives the events; none when there is no such incident.
 */
async function containLeak(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
  { to, eventId }: { to: RotationState; eventId: string },
): Promise<AuditEventDraft[]> {
  if (to !== "verified_dead") return [];
  const { rotation_id: rotationId, binding_id: bindingId } = rotation;
  const contained = await tx.query<{ incident_id: string }>(
    `UPDATE leak_incident SET state = 'contained', contained_at = clock_timestamp(),
       proof_rotation_id = $3, rotation_id = $3, pursue_at = clock_timestamp()
     WHERE tenant_id = $1 AND binding_id = $2 AND state = 'open'
       AND (leaked_version IS NULL OR leaked_version <= $4)
     RETURNING incident_id`,
    [tenant, bindingId, rotationId, rotation.old_handle?.version ?? null],
  );
  if (contained.length === 0) return [];
  await tx.query(
    "UPDATE secret_binding SET leaked_at = NULL, updated_at = clock_timestamp() WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  return contained.map(({ incident_id: incidentId }) => ({
    type: "runtime.incidents.contained" as const,
    subject: `leak-incident/${incidentId}`,
    causedBy: eventId,
    payload: { incidentId, bindingId, rotationId },
  }));
}
