import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import type { DeploymentState } from "#server/engines/deployments/state-machine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

import type { Evidence } from "./evidence.ts";

/** A request together with its current revision. */
export interface DeploymentRow {
  deployment_id: string;
  environment: Environment;
  service: string;
  kind: "deploy" | "rollback";
  state: DeploymentState;
  revision: number;
  subject_digest: Buffer;
  policy_version: number;
  approval_id: string;
  requester_kind: "user" | "service" | "worker" | "system";
  requester_issuer: string;
  requester_subject: string;
  requester_name: string;
  request_event_id: string;
  created_at: Date;
  revised_at: Date;
  expires_at: Date;
  claimed_at: Date | null;
  /** When the pipeline has to have reported; null before it is claimed. */
  report_due_at: Date | null;
  overdue_told_at: Date | null;
  claimed_by_issuer: string | null;
  claimed_by_subject: string | null;
  claim_key: string | null;
  finished_at: Date | null;
  outcome_note: string;
  superseded_by: string | null;
  history_no: number;
  announced_no: number;
  config_digest: string;
  change_ref: string;
  reason: string;
  provenance: ProvenanceVerdict;
  /** What the worker found, with the digests of all that it looked at; null: it has looked at nothing. */
  evidence: Evidence | null;
  /** Whether something was attached, or changed, that the worker has yet to look at. */
  evidence_due: boolean;
  /** By the database's clock, whatever the sweeper has done so far (law 8). */
  is_expired: boolean;
  /** The database's clock when the row was read. */
  now: Date;
}

export const DEPLOYMENT_SELECT = `
  SELECT d.*, v.config_digest, v.change_ref, v.reason, v.provenance, v.evidence,
    d.expires_at <= clock_timestamp() AS is_expired, clock_timestamp() AS now
  FROM deployment_request d
  JOIN deployment_revision v ON v.tenant_id = d.tenant_id AND v.deployment_id = d.deployment_id AND v.revision = d.revision`;

export async function findDeployment(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deploymentId: string,
): Promise<DeploymentRow | undefined> {
  const [row] = await tx.query<DeploymentRow>(
    `${DEPLOYMENT_SELECT} WHERE d.tenant_id = $1 AND d.deployment_id = $2`,
    [tenant, deploymentId],
  );
  return row;
}

/** The request, locked for the rest of the transaction. Throws `not_found`. */
export async function lockDeployment(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deploymentId: string,
): Promise<DeploymentRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM deployment_request WHERE tenant_id = $1 AND deployment_id = $2 FOR UPDATE",
    [tenant, deploymentId],
  );
  const row = locked.length > 0 ? await findDeployment(tx, tenant, deploymentId) : undefined;
  if (!row) throw notFound("deployment request");
  return row;
}

interface ImageRow extends ImageReference {
  deployment_id: string;
  revision: number;
}

/** The images of these revisions, by `<id>/<revision>`, in the order in which they were given. */
export async function imagesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  revisions: readonly { deployment_id: string; revision: number }[],
): Promise<Map<string, ImageReference[]>> {
  const found = new Map<string, ImageReference[]>();
  if (revisions.length === 0) return found;
  const rows = await tx.query<ImageRow>(
    `SELECT i.deployment_id, i.revision, i.repository, i.tag, i.digest FROM deployment_image i
     JOIN (SELECT DISTINCT * FROM unnest($2::uuid[], $3::int[])) AS asked (id, revision)
       ON asked.id = i.deployment_id AND asked.revision = i.revision
     WHERE i.tenant_id = $1 ORDER BY i.deployment_id, i.revision, i.image_no`,
    [
      tenant,
      revisions.map(({ deployment_id }) => deployment_id),
      revisions.map(({ revision }) => revision),
    ],
  );
  for (const { repository, tag, digest, ...row } of rows) {
    const key = revisionKey(row);
    found.set(key, [...(found.get(key) ?? []), { repository, tag, digest }]);
  }
  return found;
}

export function revisionKey(row: { deployment_id: string; revision: number }): string {
  return `${row.deployment_id}/${row.revision}`;
}
