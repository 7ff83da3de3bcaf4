import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface BreakerRow {
  breaker_id: string;
  count: number;
  opened_at: Date;
  reset_at: Date | null;
}

/** The open breaker of one object, if there is one. */
export async function openBreakerOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
  digest: Buffer,
): Promise<BreakerRow | undefined> {
  const [row] = await tx.query<BreakerRow>(
    `SELECT breaker_id, count, opened_at, reset_at FROM remediation_breaker
     WHERE tenant_id = $1 AND cluster = $2 AND object_digest = $3 AND reset_at IS NULL`,
    [tenant, cluster, digest],
  );
  return row;
}

/** How many automatic remediations reached the object within the window and since the last reset. */
export async function remediationsOfLate(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cluster, digest, windowSeconds }: { cluster: string; digest: Buffer; windowSeconds: number },
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM remediation
     WHERE tenant_id = $1 AND cluster = $2 AND object_digest = $3 AND mode = 'auto' AND finished_at IS NOT NULL
       AND applied_at > clock_timestamp() - make_interval(secs => $4)
       AND applied_at > coalesce((SELECT max(reset_at) FROM remediation_breaker
         WHERE tenant_id = $1 AND cluster = $2 AND object_digest = $3), '-infinity')`,
    [tenant, cluster, digest, windowSeconds],
  );
  return row?.count ?? 0;
}
