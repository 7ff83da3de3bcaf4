import "server-only";
import type { Identity } from "#server/engines/quorum/types.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * The people who answer for what is asked for, by request: the requester, the human behind a caller
 * where that is known, and whoever approved the current revision.
 */
export async function answerablePeople(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestIds: readonly string[],
): Promise<Map<string, Identity[]>> {
  const people = new Map<string, Identity[]>(requestIds.map((id) => [id, []]));
  if (requestIds.length === 0) return people;
  const rows = await tx.query<Identity & { request_id: string }>(
    `SELECT request_id, requester_issuer AS issuer, requester_subject AS subject FROM approval_request
     WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[]) AND requester_kind = 'user'
     UNION SELECT request_id, human_issuer, human_subject FROM approval_request
     WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[]) AND human_subject IS NOT NULL
     UNION SELECT v.request_id, v.reviewer_issuer, v.reviewer_subject FROM approval_review v
     JOIN approval_request a ON a.tenant_id = v.tenant_id AND a.request_id = v.request_id AND a.revision = v.revision
     WHERE v.tenant_id = $1 AND v.request_id = ANY ($2::uuid[]) AND v.decision = 'approve'`,
    [tenant, requestIds],
  );
  for (const { request_id, issuer, subject } of rows) {
    people.get(request_id)?.push({ issuer, subject });
  }
  return people;
}
