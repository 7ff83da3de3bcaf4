import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { lockRequest } from "../approval-rows.ts";
import { RequestOutcome, WithdrawApprovalInput } from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/**
 * Takes a request back because what it asks for was called off. Only within the verb that called it
 * off, which decides who may: no router has it. One that is over already stays as it is.
 */
export const closeApproval = verb({
  name: "approvals.close",
  scope: "runtime.approvals.request",
  input: WithdrawApprovalInput,
  output: RequestOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    const { request_id: requestId, revision } = row;
    const subjectDigest = row.subject_digest.toString("hex");
    if (row.state !== "open" && row.state !== "approved") {
      return unchanged({ requestId, revision, subjectDigest, state: row.state });
    }
    await setRequestState(tx, tenant, requestId, "withdrawn");
    return audited(
      { requestId, revision, subjectDigest, state: "withdrawn" as const },
      approvalEvent(row, "withdrawn", { revision, reason: input.reason }),
    );
  },
});
