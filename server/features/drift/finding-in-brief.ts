import "server-only";
import type { DriftObject, DriftRule, Severity } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { SHOWN_STATE } from "./finding-sql.ts";
import type { FindingState } from "./schema.ts";

/** What a feature that does something about a finding needs to know of it. */
export interface FindingInBrief {
  findingId: string;
  rule: DriftRule;
  severity: Severity;
  /** As shown. */
  state: FindingState;
  cluster: string;
  environment: "dev" | "test" | "staging" | "prod" | null;
  object: DriftObject;
  /** The event that told of it the last time. */
  eventId: string | null;
}

/** A finding, locked for the rest of the transaction where asked; undefined when absent or foreign. */
export async function findingInBrief(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  findingId: string,
  lock: "locked" | "unlocked" = "unlocked",
): Promise<FindingInBrief | undefined> {
  const [row] = await tx.query<
    Omit<FindingInBrief, "object"> & {
      apiVersion: string;
      kind: string;
      namespace: string | null;
      name: string;
    }
  >(
    `SELECT f.finding_id AS "findingId", f.rule, f.severity, ${SHOWN_STATE} AS state, f.cluster, f.environment,
       f.api_version AS "apiVersion", f.kind, f.namespace, f.name, f.event_id AS "eventId"
     FROM drift_finding f WHERE f.tenant_id = $1 AND f.finding_id = $2 ${lock === "locked" ? "FOR UPDATE" : ""}`,
    [tenant, findingId],
  );
  if (!row) return undefined;
  const { apiVersion, kind, namespace, name, ...rest } = row;
  return { ...rest, object: { apiVersion, kind, namespace, name } };
}

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

/** Whether a whole look at the tenant's drift began after this moment and has ended, with the cluster in sight. */
export async function hasLookedAtDriftSince(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
  moment: Date,
): Promise<boolean> {
  const found = await tx.query(
    `SELECT 1 FROM drift_look l JOIN drift_cluster c ON c.tenant_id = l.tenant_id AND c.cluster = $2
     WHERE l.tenant_id = $1 AND l.started_at > $3 AND l.finished_at >= l.started_at
       AND c.live_away_since IS NULL AND c.compare_away_since IS NULL`,
    [tenant, cluster, moment],
  );
  return found.length > 0;
}

/** Moves the tenant's turn to be looked at to now; for the worker. */
export async function lookAtDriftSoon(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  await tx.query(
    "UPDATE drift_look SET due_at = least(due_at, clock_timestamp()) WHERE tenant_id = $1",
    [tenant],
  );
}
