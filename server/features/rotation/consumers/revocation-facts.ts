import "server-only";
import type {
  ConsumerState,
  OldUseState,
  RevocationFacts,
} from "#server/engines/rotation/revocation-gate.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What was heard of a source longer ago than this says nothing of now. */
const FRESH = "interval '10 minutes'";

/**
 * What is known at this moment of who uses the old value of a rotation, by the database's clock. What
 * a cluster or a target told too long ago, and a report that is overdue, is unknown (law 7).
 */
export async function revocationFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: { rotation_id: string; binding_id: string; trigger: string },
): Promise<RevocationFacts> {
  const known = tx.query<{ state: ConsumerState }>(
    `SELECT CASE
         WHEN kind <> 'reported' AND checked_at < clock_timestamp() - ${FRESH} THEN 'unknown'
         WHEN kind = 'reported' AND checked_at + make_interval(secs => report_within_seconds) < clock_timestamp() THEN 'unknown'
         ELSE state END AS state
     FROM secret_consumer WHERE tenant_id = $1 AND binding_id = $2 AND gone_at IS NULL`,
    [tenant, rotation.binding_id],
  );
  const counted = tx.query<{ state: OldUseState; uses: number | null }>(
    `SELECT CASE WHEN checked_at < clock_timestamp() - ${FRESH} THEN 'unknown' ELSE state END AS state, uses
     FROM old_value_use WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, rotation.rotation_id],
  );
  const watched = tx.query<{ overridden_at: Date | null }>(
    "SELECT overridden_at FROM rotation_watch WHERE tenant_id = $1 AND rotation_id = $2",
    [tenant, rotation.rotation_id],
  );
  const [consumers, oldUses, [watch]] = await Promise.all([known, counted, watched]);
  return {
    isLeaked: rotation.trigger === "leaked",
    isOverridden: Boolean(watch?.overridden_at),
    consumers: consumers.map(({ state }) => state),
    oldUses,
  };
}
