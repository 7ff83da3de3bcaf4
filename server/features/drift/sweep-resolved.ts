import "server-only";
import { RESOLVED_KEPT_DAYS } from "#server/engines/drift/resolved-kept-days.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

const MOST_AT_ONCE = 1_000;

/**
 * Deletes findings, with their history, that were resolved more than `RESOLVED_KEPT_DAYS` ago. One that was
 * remedied stays: the remediation names it. Gives the event that tells of it; null when there was none.
 */
export async function sweepResolved(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<AuditEventDraft | null> {
  const swept = await tx.query<{ finding_id: string; rule: string }>(
    `SELECT f.finding_id, f.rule FROM drift_finding f
     WHERE f.tenant_id = $1 AND f.state = 'resolved'
       AND f.resolved_at < clock_timestamp() - make_interval(days => $2)
       AND NOT EXISTS (SELECT 1 FROM remediation r WHERE r.tenant_id = $1 AND r.finding_id = f.finding_id)
     ORDER BY f.resolved_at LIMIT ${MOST_AT_ONCE} FOR UPDATE`,
    [tenant, RESOLVED_KEPT_DAYS],
  );
  if (swept.length === 0) return null;
  const ids = swept.map(({ finding_id }) => finding_id);
  for (const table of ["drift_change", "drift_finding"]) {
    await tx.query(`DELETE FROM ${table} WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[])`, [
      tenant,
      ids,
    ]);
  }
  return {
    type: "runtime.drift.swept",
    subject: "drift-findings/resolved",
    payload: {
      count: swept.length,
      keptDays: RESOLVED_KEPT_DAYS,
      rules: [...new Set(swept.map(({ rule }) => rule))].sort(),
      findingIds: ids.slice(0, 100),
    },
  };
}
