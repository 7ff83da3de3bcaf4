import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DynamicBinding } from "./dynamic-binding.ts";
import type { LeaseRow } from "./lease-rows.ts";

/** Writes down that a login is wanted, before one is asked for. */
export async function addLease(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: DynamicBinding,
  lease: { leaseId: string; rotationId: string | null; causeEventId: string },
): Promise<void> {
  const { workload, mount, role } = binding.rotator;
  await tx.query(
    `INSERT INTO secret_lease (tenant_id, lease_id, binding_id, rotation_id, workload, mount, role, state,
       requested_at, due_at, cause_event_id, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'issuing', clock_timestamp(), clock_timestamp(), $8, clock_timestamp())`,
    [
      tenant,
      lease.leaseId,
      binding.binding_id,
      lease.rotationId,
      workload,
      mount,
      role,
      lease.causeEventId,
    ],
  );
}

/** Marks a lease to be ended by the worker. Its workload can't use the binding's schedule any more. */
export async function beginRevocation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lease: LeaseRow,
  causeEventId: string,
): Promise<void> {
  await tx.query(
    `UPDATE secret_lease SET state = 'revoking', due_at = clock_timestamp(), attempt = 0, cause_event_id = $3,
       error_code = NULL, error_text = NULL, updated_at = clock_timestamp(), fence = fence + 1, held_until = NULL, held_by = NULL
     WHERE tenant_id = $1 AND lease_id = $2`,
    [tenant, lease.lease_id, causeEventId],
  );
  // Whoever was cut off by a person gets no new login from the schedule.
  await tx.query(
    `UPDATE secret_binding b SET next_rotation_at = NULL, retry_at = NULL, updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND binding_id = $2 AND current_version = $3`,
    [tenant, lease.binding_id, lease.kv_version],
  );
}
