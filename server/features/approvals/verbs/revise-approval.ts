import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { amendmentFacts, assertStill } from "../approval-policy.ts";
import { lockRequest } from "../approval-rows.ts";
import { approvalSubject } from "../approval-subject.ts";
import { shownState } from "../approval-views.ts";
import { quorumSubjectOf } from "../quorum-of.ts";
import { RequestOutcome, ReviseApprovalInput } from "../schema.ts";

/** Changes what is asked for: a new revision, for which older reviews are stale (kept, shown). */
export const reviseApproval = verb({
  name: "approvals.revise",
  scope: "runtime.approvals.request",
  policy: "AmendApproval",
  input: ReviseApprovalInput,
  output: RequestOutcome,
  async facts({ tx, tenant, caller, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    return amendmentFacts(caller, row, "revise");
  },
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    assertStill(row, "open", "approved");
    const subject = approvalSubject(tenant, quorumSubjectOf(row).requester, input.subject);
    const subjectDigest = subject.digest.toString("hex");
    if (row.subject_digest.equals(subject.digest)) {
      const { request_id: requestId, revision } = row;
      return unchanged({ requestId, revision, state: shownState(row), subjectDigest });
    }
    const revision = row.revision + 1;
    await tx.query(
      `UPDATE approval_request SET revision = $3, subject = $4, subject_digest = $5, state = 'open', decided_at = NULL
       WHERE tenant_id = $1 AND request_id = $2`,
      [tenant, row.request_id, revision, subject.text, subject.digest],
    );
    return audited(
      { requestId: row.request_id, revision, state: "open" as const, subjectDigest },
      approvalEvent(row, "revised", {
        revision,
        subject: JSON.parse(subject.text) as JsonValue,
        subjectDigest,
        previousDigest: row.subject_digest.toString("hex"),
        reason: input.reason,
      }),
    );
  },
});
