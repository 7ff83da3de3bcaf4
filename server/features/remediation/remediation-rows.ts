import "server-only";
import type { DriftRule, Severity } from "#server/engines/drift/finding.ts";
import type { RemediationAction } from "#server/engines/remediation/plan-remediation.ts";
import type { RemediationState } from "#server/engines/remediation/state-machine.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { FieldChange } from "./schema.ts";

/** What the dry-run showed, as kept. */
export interface StoredPlan {
  changes: FieldChange[];
  overrides: string[];
  source: string;
  revision: string | null;
  uid: string | null;
  command: string;
}

/** How things stood before the act: what counts as new afterwards is measured by it. */
export interface Baseline {
  /** Findings of the cluster that are critical or high. */
  findings: string[];
  /** Violated cells, as `environment.layer`. */
  cells: string[];
}

export interface Worse {
  findings: { findingId: string; rule: DriftRule; severity: Severity }[];
  cells: { environment: string; layer: string }[];
}

export interface RemediationRow {
  remediation_id: string;
  finding_id: string;
  rule: DriftRule;
  mode: "review" | "auto";
  policy_version: number;
  action: RemediationAction | null;
  cluster: string;
  environment: "dev" | "test" | "staging" | "prod" | null;
  api_version: string;
  kind: string;
  namespace: string | null;
  name: string;
  object_digest: Buffer;
  state: RemediationState;
  resume_state: "applying" | "rolling_back" | null;
  plan: StoredPlan | null;
  desired_digest: Buffer | null;
  live_digest: Buffer | null;
  difference_digest: Buffer | null;
  intent: { resourceVersion: string | null; afterDigest: string | null } | null;
  baseline: Baseline | null;
  worse: Worse | null;
  approval_id: string | null;
  proposed_by: Actor;
  proposed_by_name: string;
  reason: string;
  error_code: string | null;
  error_text: string | null;
  event_id: string;
  attempt: number;
  fence: string;
  created_at: Date;
  updated_at: Date;
  expires_at: Date;
  applied_at: Date | null;
  told_at: Date | null;
  /** Since when its cluster, or what asks for it, is away. */
  away_since: Date | null;
  finished_at: Date | null;
  /** By the database's clock (law 8). */
  is_expired: boolean;
  is_leased: boolean;
  is_due: boolean;
}

export const REMEDIATION_COLUMNS = `remediation_id, finding_id, rule, mode, policy_version, action, cluster, environment,
  api_version, kind, namespace, name, object_digest, state, resume_state, plan, desired_digest, live_digest,
  difference_digest, intent, baseline, worse, approval_id, proposed_by, proposed_by_name, reason, error_code, error_text,
  event_id, attempt, fence::text, created_at, updated_at, expires_at, applied_at, told_at, away_since, finished_at,
  expires_at <= clock_timestamp() AS is_expired, coalesce(lease_until > clock_timestamp(), false) AS is_leased,
  due_at <= clock_timestamp() AS is_due`;

export async function findRemediation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
): Promise<RemediationRow | undefined> {
  const [row] = await tx.query<RemediationRow>(
    `SELECT ${REMEDIATION_COLUMNS} FROM remediation WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, remediationId],
  );
  return row;
}

/** Locked for the rest of the transaction. Throws `not_found`. */
export async function lockRemediation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
): Promise<RemediationRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM remediation WHERE tenant_id = $1 AND remediation_id = $2 FOR UPDATE",
    [tenant, remediationId],
  );
  const row = locked.length > 0 ? await findRemediation(tx, tenant, remediationId) : undefined;
  if (!row) throw notFound("remediation");
  return row;
}
