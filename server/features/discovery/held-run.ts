import "server-only";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface HeldRun {
  [column: string]: unknown;
  /** Whether the log was told of a run within the last hour. */
  is_told: boolean;
  runs_untold: number;
  noted_unmanaged: number;
  noted_missing: number;
  noted_back: number;
}

/** The tenant's run, locked; throws `forbidden` for people, `stale` when another worker has taken over. */
export async function heldRun(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  fence: string,
): Promise<HeldRun> {
  if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
  const [run] = await tx.query<HeldRun>(
    `SELECT coalesce(told_at > clock_timestamp() - interval '1 hour', false) AS is_told, runs_untold,
       noted_unmanaged, noted_missing, noted_back
     FROM discovery_run WHERE tenant_id = $1 AND fence = $2 AND lease_until IS NOT NULL FOR UPDATE`,
    [tenant, fence],
  );
  if (!run) throw new AppError("stale", "Another worker looks for this tenant's secrets.");
  return run;
}

/** Adds to what the run has noted, and keeps its turn. */
export async function noteProgress(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { fence, leaseSeconds }: { fence: string; leaseSeconds: number },
  { unmanaged = 0, missing = 0, back = 0 }: { unmanaged?: number; missing?: number; back?: number },
): Promise<void> {
  await tx.query(
    `UPDATE discovery_run SET lease_until = clock_timestamp() + make_interval(secs => $3),
       noted_unmanaged = noted_unmanaged + $4, noted_missing = noted_missing + $5, noted_back = noted_back + $6
     WHERE tenant_id = $1 AND fence = $2`,
    [tenant, fence, leaseSeconds, unmanaged, missing, back],
  );
}
