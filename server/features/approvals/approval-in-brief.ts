import "server-only";
import type { Identity } from "#server/engines/quorum/types.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { findRequest, reviewsOf } from "./approval-rows.ts";
import { shownState } from "./approval-views.ts";
import type { ApprovalState } from "./schema.ts";

/** What the feature that asked for an approval needs to know of it. */
export interface ApprovalInBrief {
  requestId: string;
  state: ApprovalState;
  requester: Identity;
  /** Of the current revision, in hexadecimal digits. */
  subjectDigest: string;
  /** Who approved the current revision: those whose roles are read again before it is used (law 10). */
  approvers: readonly Identity[];
}

/** A request by the database's clock; undefined when absent or foreign. */
export async function approvalInBrief(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
): Promise<ApprovalInBrief | undefined> {
  const row = await findRequest(tx, tenant, requestId);
  if (!row) return undefined;
  const reviews = await reviewsOf(tx, tenant, [requestId]);
  return {
    requestId,
    state: shownState(row),
    subjectDigest: row.subject_digest.toString("hex"),
    requester: { issuer: row.requester_issuer, subject: row.requester_subject },
    approvers: reviews
      .filter(({ revision, decision }) => revision === row.revision && decision === "approve")
      .map((review) => ({ issuer: review.reviewer_issuer, subject: review.reviewer_subject })),
  };
}
