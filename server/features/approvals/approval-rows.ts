import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApprovalKind, ApprovalState, Requirement } from "./schema.ts";

export interface RequestRow {
  request_id: string;
  kind: ApprovalKind;
  subject_ref: string;
  revision: number;
  subject_digest: Buffer;
  subject: string;
  requirement: Requirement;
  reason: string;
  requester_kind: "user" | "service" | "worker" | "system";
  requester_issuer: string;
  requester_subject: string;
  requester_name: string;
  human_issuer: string | null;
  human_subject: string | null;
  human_unknown: boolean;
  state: ApprovalState;
  request_event_id: string;
  expires_at: Date;
  created_at: Date;
  decided_at: Date | null;
  executed_at: Date | null;
  /** By the database's clock, whatever the sweeper has done so far (law 8). */
  is_expired: boolean;
}

export interface ReviewRow {
  review_id: string;
  request_id: string;
  revision: number;
  subject_digest: Buffer;
  reviewer_issuer: string;
  reviewer_subject: string;
  reviewer_name: string;
  reviewer_roles: string[];
  decision: "approve" | "reject";
  comment: string;
  created_at: Date;
}

export const REQUEST_COLUMNS = `request_id, kind, subject_ref, revision, subject_digest, subject, requirement, reason,
  requester_kind, requester_issuer, requester_subject, requester_name, human_issuer, human_subject, human_unknown,
  state, request_event_id, expires_at, created_at, decided_at, executed_at,
  expires_at <= clock_timestamp() AS is_expired`;

export async function findRequest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
): Promise<RequestRow | undefined> {
  const [row] = await tx.query<RequestRow>(
    `SELECT ${REQUEST_COLUMNS} FROM approval_request WHERE tenant_id = $1 AND request_id = $2`,
    [tenant, requestId],
  );
  return row;
}

/** The request, locked for the rest of the transaction: decisions about it come one by one. */
export async function lockRequest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
): Promise<RequestRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM approval_request WHERE tenant_id = $1 AND request_id = $2 FOR UPDATE",
    [tenant, requestId],
  );
  const row = locked.length > 0 ? await findRequest(tx, tenant, requestId) : undefined;
  if (!row) throw notFound("approval request");
  return row;
}

/** All reviews of these requests, of every revision, oldest first. */
export async function reviewsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestIds: readonly string[],
): Promise<ReviewRow[]> {
  if (requestIds.length === 0) return [];
  return tx.query<ReviewRow>(
    `SELECT review_id, request_id, revision, subject_digest, reviewer_issuer, reviewer_subject, reviewer_name,
       reviewer_roles, decision, comment, created_at
     FROM approval_review WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[]) ORDER BY review_id`,
    [tenant, requestIds],
  );
}
