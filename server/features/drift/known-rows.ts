import "server-only";
import type { DriftRule } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** A finding that is not resolved, as the worker compares it with what it sees. */
export interface KnownFinding {
  findingId: string;
  fingerprint: string;
  contentDigest: string;
  rule: DriftRule;
  apiVersion: string;
  kind: string;
  namespace: string | null;
  name: string;
}

/** Every finding of the cluster that is not resolved. */
export function knownFindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
): Promise<KnownFinding[]> {
  return tx.query<KnownFinding & Record<string, unknown>>(
    `SELECT finding_id AS "findingId", encode(fingerprint, 'hex') AS fingerprint,
       encode(content_digest, 'hex') AS "contentDigest", rule, api_version AS "apiVersion", kind, namespace, name
     FROM drift_finding WHERE tenant_id = $1 AND cluster = $2 AND state <> 'resolved'`,
    [tenant, cluster],
  );
}

export interface KnownIgnored {
  ruleId: string;
  objectDigest: string;
  differences: unknown;
}

/** Everything that ignore rules are known to hide in the cluster. */
export function knownIgnored(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
): Promise<KnownIgnored[]> {
  return tx.query<KnownIgnored & Record<string, unknown>>(
    `SELECT rule_id AS "ruleId", encode(object_digest, 'hex') AS "objectDigest", differences
     FROM drift_ignored WHERE tenant_id = $1 AND cluster = $2`,
    [tenant, cluster],
  );
}
