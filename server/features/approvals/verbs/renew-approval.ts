import "server-only";
import { coversRequirement } from "#server/engines/quorum/requirement.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { assertStill } from "../approval-policy.ts";
import { lockRequest } from "../approval-rows.ts";
import { approvalSubject } from "../approval-subject.ts";
import { MINIMUM_REQUIREMENT } from "../minimum-requirement.ts";
import { quorumSubjectOf } from "../quorum-of.ts";
import { RenewApprovalInput, RequestOutcome } from "../schema.ts";

/**
 * Asks anew because what is asked for, or who has to agree, has changed: a new revision with its own
 * requirement, for which older reviews are stale. Only within a verb of the feature that asked, which
 * decides who may: no router has it. The requester stays who it was.
 */
export const renewApproval = verb({
  name: "approvals.renew",
  scope: "runtime.approvals.request",
  input: RenewApprovalInput,
  output: RequestOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    assertStill(row, "open", "approved");
    const { kind } = row;
    if (!coversRequirement(input.requirement, MINIMUM_REQUIREMENT[kind])) {
      throw new AppError("invalid", `requirement: is less than a ${kind} takes`, {
        said: { key: "approval.lessThanLeast" },
        field: "requirement",
      });
    }
    const subject = approvalSubject(tenant, quorumSubjectOf(row).requester, input.subject);
    const subjectDigest = subject.digest.toString("hex");
    const revision = row.revision + 1;
    await tx.query(
      `UPDATE approval_request SET revision = $3, subject = $4, subject_digest = $5, requirement = $6::jsonb,
         state = 'open', decided_at = NULL
       WHERE tenant_id = $1 AND request_id = $2`,
      [
        tenant,
        row.request_id,
        revision,
        subject.text,
        subject.digest,
        JSON.stringify(input.requirement),
      ],
    );
    return audited(
      { requestId: row.request_id, revision, state: "open" as const, subjectDigest },
      approvalEvent(row, "revised", {
        revision,
        subjectDigest,
        requirement: input.requirement,
        previousDigest: row.subject_digest.toString("hex"),
        reason: input.reason,
      }),
    );
  },
});
