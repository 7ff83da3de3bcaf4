import "server-only";
import type { DriftObject, DriftRule, Severity } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { SHOWN_STATE } from "./finding-sql.ts";
import type { Difference, FindingState } from "./schema.ts";

/** What others need to know of a finding to act on it. */
export interface FindingInBrief {
  findingId: string;
  groupId: string;
  rule: DriftRule;
  severity: Severity;
  /** As shown. */
  state: FindingState;
  object: DriftObject;
  cluster: string;
  environment: string | null;
  differences: Difference[];
  lastSeenAt: Date;
}

interface Row {
  [column: string]: unknown;
  finding_id: string;
  group_id: string;
  rule: DriftRule;
  severity: Severity;
  state: FindingState;
  api_version: string;
  kind: string;
  namespace: string | null;
  name: string;
  cluster: string;
  environment: string | null;
  differences: Difference[];
  last_seen_at: Date;
}

/** One finding; undefined when there is none of this id. With `hold` it is locked until the commit. */
export async function findingInBrief(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  findingId: string,
  { hold = false }: { hold?: boolean } = {},
): Promise<FindingInBrief | undefined> {
  const [row] = await tx.query<Row>(
    `SELECT f.finding_id, f.group_id, f.rule, f.severity, ${SHOWN_STATE} AS state, f.api_version, f.kind, f.namespace, f.name,
       f.cluster, f.environment, f.differences, f.last_seen_at
     FROM drift_finding f WHERE f.tenant_id = $1 AND f.finding_id = $2 ${hold ? "FOR UPDATE" : ""}`,
    [tenant, findingId],
  );
  if (!row) return undefined;
  const { api_version: apiVersion, kind, namespace, name } = row;
  return {
    findingId: row.finding_id,
    groupId: row.group_id,
    rule: row.rule,
    severity: row.severity,
    state: row.state,
    object: { apiVersion, kind, namespace, name },
    cluster: row.cluster,
    environment: row.environment,
    differences: row.differences,
    lastSeenAt: row.last_seen_at,
  };
}

/** Whether a look that began after this moment has compared the cluster with what is desired. */
export async function hasLookedAtDriftSince(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
  since: Date,
): Promise<boolean> {
  const [row] = await tx.query<{ is_since: boolean }>(
    `SELECT coalesce(c.compared_at > $3, false) AS is_since FROM drift_cluster c
     WHERE c.tenant_id = $1 AND c.cluster = $2`,
    [tenant, cluster, since],
  );
  return row?.is_since ?? false;
}
