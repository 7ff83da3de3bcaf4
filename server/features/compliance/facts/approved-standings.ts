import "server-only";
import type { EvidenceRef } from "#server/engines/compliance/check.ts";
import type { Counted } from "#server/engines/compliance/facts.ts";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { HumanBehind, QuorumReview } from "#server/engines/quorum/types.ts";
import { Requirement } from "#server/features/approvals/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { evidenceOf } from "./count-things.ts";

/** Read at once; and at all, which is more than a tenant asks for in 90 days by hand or by pipeline. */
const AT_ONCE = 1_000;
const MOST_APPROVALS = 100_000;
/** Of each kind that is kept to be pointed at; the rest is counted. */
const KEPT = 10;

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

interface ApprovedStanding {
  readonly ref: EvidenceRef;
  /** Whether the reviews that stand make the quorum that was asked for. */
  readonly isMet: boolean;
  /** Whether the one who asked, or the human behind, is among those who approved. */
  readonly isOwn: boolean;
}

/**
 * Approvals of the last 90 days, each judged anew from its reviews, a thousand at a time: in memory are counts
 * and a few of each kind, the oldest that are bad first.
 */
export async function approvedStandings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<{ quorum: Counted; ownApprovals: Counted; isCut: boolean }> {
  const quorum = new Tally();
  const ownApprovals = new Tally();
  let after = "00000000-0000-0000-0000-000000000000";
  while (quorum.total < MOST_APPROVALS) {
    const rows = await approvedAfter(tx, tenant, after);
    const reviews = await reviewsOf(tx, tenant, rows);
    for (const row of rows) {
      const { ref, isMet, isOwn } = standingOf(row, reviews.get(row.request_id) ?? []);
      quorum.add(ref, !isMet);
      ownApprovals.add(ref, isOwn);
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) break;
    after = last.request_id;
  }
  const isCut = quorum.total >= MOST_APPROVALS;
  return { quorum: quorum.counted(), ownApprovals: ownApprovals.counted(), isCut };
}

function approvedAfter(tx: TenantTx, tenant: AuthorizedTenantId, after: string) {
  return tx.query<ApprovedRow>(
    `SELECT request_id, revision, encode(subject_digest, 'hex') AS digest, requirement, requester_kind, requester_issuer,
       requester_subject, human_issuer, human_subject, human_unknown, decided_at
     FROM approval_request WHERE tenant_id = $1 AND request_id > $2::uuid AND state IN ('approved', 'executed')
       AND created_at > clock_timestamp() - interval '90 days'
     ORDER BY request_id LIMIT $3`,
    [tenant, after, AT_ONCE],
  );
}

async function reviewsOf(tx: TenantTx, tenant: AuthorizedTenantId, rows: readonly ApprovedRow[]) {
  const reviews = await tx.query<ReviewRow>(
    `SELECT request_id, review_id, revision, encode(subject_digest, 'hex') AS digest, reviewer_issuer AS issuer,
       reviewer_subject AS subject, reviewer_roles AS roles, decision
     FROM approval_review WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[]) ORDER BY review_id`,
    [tenant, rows.map((row) => row.request_id)],
  );
  return Map.groupBy(reviews, (review) => review.request_id);
}

/** Counts, with the first that are bad and the last that are good. */
class Tally {
  total = 0;
  #bad = 0;
  readonly #badRefs: EvidenceRef[] = [];
  #goodRefs: EvidenceRef[] = [];

  add(ref: EvidenceRef, isBad: boolean): void {
    this.total += 1;
    if (isBad) this.#bad += 1;
    if (isBad && this.#badRefs.length < KEPT) this.#badRefs.push(ref);
    if (!isBad) this.#goodRefs = [...this.#goodRefs.slice(-2), ref];
  }

  counted(): Counted {
    const { total } = this;
    return { total, bad: this.#bad, badRefs: this.#badRefs, goodRefs: this.#goodRefs };
  }
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
