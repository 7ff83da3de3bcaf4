import "server-only";
import { uuidv7 } from "uuidv7";
import type { QuorumState } from "#server/engines/quorum/types.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { placeOf, takeProofOfApprover } from "../approval-place.ts";
import { assertSameSubject, assertStill, decisionFacts } from "../approval-policy.ts";
import { lockRequest, reviewsOf } from "../approval-rows.ts";
import { quorumView } from "../approval-views.ts";
import { quorumOf } from "../quorum-of.ts";
import { ReviewApprovalInput, ReviewOutcome } from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/** Approves or rejects the subject that was shown; the last place taken approves the request. */
export const reviewApproval = verb({
  name: "approvals.review",
  scope: "runtime.approvals.decide",
  policy: "DecideApproval",
  input: ReviewApprovalInput,
  output: ReviewOutcome,
  async environment({ tx, tenant, input }) {
    return placeOf(await lockRequest(tx, tenant, input.requestId), input.decision);
  },
  async facts({ tx, tenant, caller, input }) {
    // Locked from here to the commit: the quorum is counted by one reviewer after the other.
    const row = await lockRequest(tx, tenant, input.requestId);
    assertStill(row, "open");
    assertSameSubject(row, input.subjectDigest);
    return decisionFacts(caller, row, { decision: input.decision, subjectDigestMatches: true });
  },
  async run({ tx, tenant, actor, caller, input }) {
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people decide.", { said: { key: "onlyPeople" } });
    const row = await lockRequest(tx, tenant, input.requestId);
    if (input.decision === "approve") await takeProofOfApprover(tx, caller, row);
    const reviewId = uuidv7();
    const inserted = await tx.query(
      `INSERT INTO approval_review (tenant_id, review_id, request_id, revision, subject_digest, reviewer_issuer,
         reviewer_subject, reviewer_name, reviewer_roles, decision, comment, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp())
       ON CONFLICT (tenant_id, request_id, revision, reviewer_issuer, reviewer_subject) DO NOTHING RETURNING review_id`,
      [
        tenant,
        reviewId,
        row.request_id,
        row.revision,
        row.subject_digest,
        actor.issuer,
        actor.subject,
        actor.displayName.slice(0, 200),
        [...actor.roles].sort(),
        input.decision,
        input.comment,
      ],
    );
    if (inserted.length === 0) {
      throw new AppError("conflict", "You have reviewed this revision already.", {
        remedy: "A review stands; a new revision can be reviewed again.",
        said: { key: "reviewedAlready" },
      });
    }
    const quorum = quorumOf(row, await reviewsOf(tx, tenant, [row.request_id]));
    const state = stateAfter(quorum);
    if (state !== "open") await setRequestState(tx, tenant, row.request_id, state);
    const reviewed = approvalEvent(row, "reviewed", {
      reviewId,
      decision: input.decision,
      comment: input.comment,
      revision: row.revision,
      subjectDigest: input.subjectDigest,
    });
    const output = {
      requestId: row.request_id,
      revision: row.revision,
      state,
      subjectDigest: input.subjectDigest,
      quorum: quorumView(quorum),
    };
    if (state === "open") return audited(output, reviewed);
    const reviews = quorum.counted.map(({ reviewId: id, role }) => ({ reviewId: id, role }));
    return audited(
      output,
      reviewed,
      approvalEvent(row, state, {
        revision: row.revision,
        subjectDigest: input.subjectDigest,
        reviews,
      }),
    );
  },
});

function stateAfter(quorum: QuorumState): "open" | "approved" | "rejected" {
  if (quorum.outcome === "met") return "approved";
  return quorum.outcome;
}
