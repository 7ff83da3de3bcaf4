import "server-only";
import type { LeaseState } from "#server/engines/leases/lease-machine.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { HeldLease } from "./schema.ts";

export interface LeaseRow {
  [column: string]: unknown;
  lease_id: string;
  binding_id: string;
  rotation_id: string | null;
  workload: string;
  mount: string;
  role: string;
  state: LeaseState;
  lease_ref: string | null;
  username: string | null;
  kv_version: number | null;
  ttl_seconds: number | null;
  attempted_at: Date | null;
  expires_at: Date | null;
  ended_at: Date | null;
  attempt: number;
  /** bigint, as the driver gives it. */
  fence: string;
  is_held: boolean;
  cause_event_id: string;
}

/** The lease, locked for the rest of the transaction; undefined when it isn't this tenant's. */
export async function lockLease(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  leaseId: string,
): Promise<LeaseRow | undefined> {
  const [row] = await tx.query<LeaseRow>(
    `SELECT *, coalesce(held_until > clock_timestamp(), false) AS is_held FROM secret_lease
     WHERE tenant_id = $1 AND lease_id = $2 FOR UPDATE`,
    [tenant, leaseId],
  );
  return row;
}

/** Throws `stale` unless this rotation is held under this fence: another worker took it over. */
export async function requireHeldRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { rotationId, fence }: { rotationId: string; fence: bigint },
): Promise<{ bindingId: string; causeEventId: string }> {
  const [row] = await tx.query<{
    fence: string;
    is_held: boolean;
    binding_id: string;
    cause_event_id: string;
  }>(
    `SELECT fence, coalesce(lease_until > clock_timestamp(), false) AS is_held, binding_id, cause_event_id
     FROM rotation WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, rotationId],
  );
  if (!row) throw notFound("rotation");
  if (!row.is_held || BigInt(row.fence) !== fence) {
    throw new AppError("stale", "Another worker holds this rotation.");
  }
  return { bindingId: row.binding_id, causeEventId: row.cause_event_id };
}

export function requireWorker(actor: Actor): void {
  if (actor.kind !== "worker") {
    throw new AppError("forbidden", "Only the worker does this.");
  }
}

export function heldLease(row: LeaseRow): HeldLease {
  return {
    leaseId: row.lease_id,
    bindingId: row.binding_id,
    rotationId: row.rotation_id,
    workload: row.workload,
    mount: row.mount,
    role: row.role,
    state: row.state,
    leaseRef: row.lease_ref,
    ttlSeconds: row.ttl_seconds,
    attemptedAt: row.attempted_at,
    expiresAt: row.expires_at,
    kvVersion: row.kv_version,
    attempt: row.attempt,
  };
}
