import "server-only";
import type { QuorumState } from "#server/engines/quorum/types.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { RequestRow, ReviewRow } from "./approval-rows.ts";
import { quorumOf, quorumSubjectOf } from "./quorum-of.ts";
import { isSameIdentity } from "./requester.ts";
import type { ApprovalDetail, ApprovalState, ApprovalSummary, YourPart } from "./schema.ts";

/** Expiry follows the database's clock, not the sweeper (law 8). */
export function shownState(row: RequestRow): ApprovalState {
  const isPending = row.state === "open" || row.state === "approved";
  return isPending && row.is_expired ? "expired" : row.state;
}

export function quorumView({ outcome, groups, additional, missing }: QuorumState) {
  return {
    outcome,
    groups: groups.map((group) => ({ ...group })),
    additional: additional && { ...additional, roles: [...additional.roles] },
    missing,
  };
}

export function summaryOf(row: RequestRow, reviews: readonly ReviewRow[]): ApprovalSummary {
  return {
    requestId: row.request_id,
    kind: row.kind,
    subjectRef: row.subject_ref,
    subjectDigest: row.subject_digest.toString("hex"),
    revision: row.revision,
    state: shownState(row),
    reason: row.reason,
    requester: {
      issuer: row.requester_issuer,
      subject: row.requester_subject,
      kind: row.requester_kind,
      name: row.requester_name,
      isHumanUnknown: row.human_unknown,
    },
    requirement: row.requirement,
    quorum: quorumView(quorumOf(row, reviews)),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    executedAt: row.executed_at,
  };
}

export function detailOf(
  row: RequestRow,
  reviews: readonly ReviewRow[],
  viewer: Caller,
): ApprovalDetail {
  const quorum = quorumOf(row, reviews);
  const countsAs = new Map(quorum.counted.map(({ reviewId, role }) => [reviewId, role]));
  const notCounted = new Map(quorum.notCounted.map(({ reviewId, why }) => [reviewId, why]));
  return {
    ...summaryOf(row, reviews),
    subject: row.subject,
    reviews: reviews.map((review) => ({
      reviewId: review.review_id,
      revision: review.revision,
      subjectDigest: review.subject_digest.toString("hex"),
      reviewer: {
        issuer: review.reviewer_issuer,
        subject: review.reviewer_subject,
        name: review.reviewer_name,
      },
      roles: review.reviewer_roles,
      decision: review.decision,
      comment: review.comment,
      createdAt: review.created_at,
      countsAs: countsAs.get(review.review_id) ?? null,
      notCounted: notCounted.get(review.review_id) ?? null,
    })),
    yourPart: partOf(viewer, row, reviews),
  };
}

/** What the viewer may do here, or the first reason why not. */
export function partOf(viewer: Caller, row: RequestRow, reviews: readonly ReviewRow[]): YourPart {
  const { actor } = viewer;
  if (shownState(row) !== "open") return "not-open";
  if (!viewer.scopes.has("runtime.approvals.decide")) return "no-scope";
  if (actor.kind !== "user") return "not-a-person";
  const { requester, human } = quorumSubjectOf(row);
  if (isSameIdentity(actor, requester)) return "requester";
  if (typeof human === "object" && isSameIdentity(actor, human)) return "human-behind-requester";
  const hasReviewed = reviews.some(
    (review) =>
      review.request_id === row.request_id &&
      review.revision === row.revision &&
      isSameIdentity(actor, { issuer: review.reviewer_issuer, subject: review.reviewer_subject }),
  );
  return hasReviewed ? "already-reviewed" : "may-decide";
}
