import "server-only";
import type { EvidenceRef } from "#server/engines/compliance/check.ts";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { HumanBehind, QuorumReview } from "#server/engines/quorum/types.ts";
import { Requirement } from "#server/features/approvals/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { evidenceOf } from "./count-things.ts";

const MOST_APPROVALS = 2_000;

interface ApprovedRow {
  [column: string]: unknown;
  request_id: string;
  revision: number;
  digest: string;
  requirement: unknown;
  requester_kind: string;
  requester_issuer: string;
  requester_subject: string;
  human_issuer: string | null;
  human_subject: string | null;
  human_unknown: boolean;
  decided_at: Date | null;
}

interface ReviewRow {
  [column: string]: unknown;
  request_id: string;
  review_id: string;
  revision: number;
  digest: string;
  issuer: string;
  subject: string;
  roles: string[];
  decision: "approve" | "reject";
}

export interface ApprovedStanding {
  readonly ref: EvidenceRef;
  /** Whether the reviews that stand make the quorum that was asked for. */
  readonly isMet: boolean;
  /** Whether the one who asked, or the human behind, is among those who approved. */
  readonly isOwn: boolean;
}

/** Approvals of the last 90 days, each judged anew from its reviews; oldest first. */
export async function approvedStandings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<{ all: ApprovedStanding[]; isCut: boolean }> {
  const found = await tx.query<ApprovedRow>(
    `SELECT request_id, revision, encode(subject_digest, 'hex') AS digest, requirement, requester_kind, requester_issuer,
       requester_subject, human_issuer, human_subject, human_unknown, decided_at
     FROM approval_request WHERE tenant_id = $1 AND state IN ('approved', 'executed')
       AND created_at > clock_timestamp() - interval '90 days'
     ORDER BY request_id DESC LIMIT $2`,
    [tenant, MOST_APPROVALS + 1],
  );
  const rows = found.slice(0, MOST_APPROVALS).reverse();
  const reviews = await tx.query<ReviewRow>(
    `SELECT request_id, review_id, revision, encode(subject_digest, 'hex') AS digest, reviewer_issuer AS issuer,
       reviewer_subject AS subject, reviewer_roles AS roles, decision
     FROM approval_review WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[]) ORDER BY review_id`,
    [tenant, rows.map((row) => row.request_id)],
  );
  const byRequest = Map.groupBy(reviews, (review) => review.request_id);
  return {
    isCut: found.length > MOST_APPROVALS,
    all: rows.map((row) => standingOf(row, byRequest.get(row.request_id) ?? [])),
  };
}

function standingOf(row: ApprovedRow, reviews: readonly ReviewRow[]): ApprovedStanding {
  const human = humanOf(row);
  const requester = { issuer: row.requester_issuer, subject: row.requester_subject };
  const subject = { revision: row.revision, digest: row.digest, requester, human };
  const { outcome } = evaluateQuorum(
    Requirement.parse(row.requirement),
    subject,
    reviews.map(reviewOf),
  );
  const isOwn = reviews.some(
    ({ revision, decision, ...reviewer }) =>
      revision === row.revision &&
      decision === "approve" &&
      (isSame(reviewer, requester) || (typeof human === "object" && isSame(reviewer, human))),
  );
  const ref = evidenceOf("approval", { id: row.request_id, at: row.decided_at });
  return { ref, isMet: outcome === "met", isOwn };
}

function humanOf(row: ApprovedRow): HumanBehind {
  if (row.human_unknown) return "unknown";
  if (row.human_issuer !== null && row.human_subject !== null)
    return { issuer: row.human_issuer, subject: row.human_subject };
  return row.requester_kind === "user" ? "requester" : "none";
}

function reviewOf(row: ReviewRow): QuorumReview {
  return {
    reviewId: row.review_id,
    revision: row.revision,
    digest: row.digest,
    reviewer: { issuer: row.issuer, subject: row.subject },
    roles: row.roles,
    decision: row.decision,
  };
}

function isSame(
  one: { issuer: string; subject: string },
  other: { issuer: string; subject: string },
): boolean {
  return one.issuer === other.issuer && one.subject === other.subject;
}
