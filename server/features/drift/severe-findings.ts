import "server-only";
import type { DriftRule, Severity } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What is critical or high of one cluster and not resolved, as of the last look. */
export function severeFindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
): Promise<{ findingId: string; rule: DriftRule; severity: Severity }[]> {
  return tx.query(
    `SELECT finding_id AS "findingId", rule, severity FROM drift_finding
     WHERE tenant_id = $1 AND cluster = $2 AND state <> 'resolved' AND weight <= 2 ORDER BY finding_id`,
    [tenant, cluster],
  );
}

/** The event that told of a finding the last time it was found. */
export async function eventOfFinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  findingId: string,
): Promise<string | null> {
  const [row] = await tx.query<{ id: string | null }>(
    "SELECT event_id AS id FROM drift_finding WHERE tenant_id = $1 AND finding_id = $2",
    [tenant, findingId],
  );
  return row?.id ?? null;
}
