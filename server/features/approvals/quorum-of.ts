import "server-only";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type {
  HumanBehind,
  QuorumRequirement,
  QuorumReview,
  QuorumState,
  QuorumSubject,
} from "#server/engines/quorum/types.ts";
import type { RequestRow, ReviewRow } from "./approval-rows.ts";

export function quorumSubjectOf(row: RequestRow): QuorumSubject {
  return {
    revision: row.revision,
    digest: row.subject_digest.toString("hex"),
    requester: { issuer: row.requester_issuer, subject: row.requester_subject },
    human: humanOf(row),
  };
}

function humanOf(row: RequestRow): HumanBehind {
  if (row.human_unknown) return "unknown";
  if (row.human_issuer !== null && row.human_subject !== null)
    return { issuer: row.human_issuer, subject: row.human_subject };
  return row.requester_kind === "user" ? "requester" : "none";
}

export function quorumReviewOf(row: ReviewRow): QuorumReview {
  return {
    reviewId: row.review_id,
    revision: row.revision,
    digest: row.subject_digest.toString("hex"),
    reviewer: { issuer: row.reviewer_issuer, subject: row.reviewer_subject },
    roles: row.reviewer_roles,
    decision: row.decision,
  };
}

/** The quorum as it stands, from rows alone. */
export function quorumOf(
  row: RequestRow,
  reviews: readonly ReviewRow[],
  requirement: QuorumRequirement = row.requirement,
): QuorumState {
  const own = reviews.filter((review) => review.request_id === row.request_id);
  return evaluateQuorum(requirement, quorumSubjectOf(row), own.map(quorumReviewOf));
}
