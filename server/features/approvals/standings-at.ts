import "server-only";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { QuorumRequirement } from "#server/engines/quorum/types.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { REQUEST_COLUMNS, type RequestRow, reviewsOf } from "./approval-rows.ts";
import { MINIMUM_REQUIREMENT } from "./minimum-requirement.ts";
import { quorumReviewOf, quorumSubjectOf } from "./quorum-of.ts";

/** How many more humans a subject took at a time, by a requirement and the kind's minimum. */
export type StandingAt = (
  requestId: string,
  subjectDigest: string,
  at: Date,
  requirement: QuorumRequirement,
) => number | undefined;

/**
 * Counts quorums of the past again from the reviews that were there, with the roles that their reviewers had
 * when they gave them. Undefined for a request that is absent or foreign.
 */
export async function standingsAt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestIds: readonly string[],
): Promise<StandingAt> {
  const rows = await tx.query<RequestRow>(
    `SELECT ${REQUEST_COLUMNS} FROM approval_request WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[])`,
    [tenant, requestIds],
  );
  const byId = new Map(rows.map((row) => [row.request_id, row]));
  const reviews = Map.groupBy(
    await reviewsOf(tx, tenant, requestIds),
    ({ request_id }) => request_id,
  );
  return (requestId, subjectDigest, at, requirement) => {
    const row = byId.get(requestId);
    if (!row) return undefined;
    const subject = { ...quorumSubjectOf(row), revision: 1, digest: subjectDigest };
    const given = (reviews.get(requestId) ?? [])
      .filter(({ created_at, subject_digest }) => {
        return created_at <= at && subject_digest.toString("hex") === subjectDigest;
      })
      .map((review) => ({ ...quorumReviewOf(review), revision: 1 }));
    const missing = [requirement, MINIMUM_REQUIREMENT[row.kind]].map(
      (each) => evaluateQuorum(each, subject, given).missing,
    );
    return Math.max(...missing);
  };
}
