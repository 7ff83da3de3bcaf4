import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { amendmentFacts, assertStill } from "../approval-policy.ts";
import { lockRequest } from "../approval-rows.ts";
import { RequestOutcome, WithdrawApprovalInput } from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/** Takes an own request back, also after its approval, as long as it was not executed. */
export const withdrawApproval = verb({
  name: "approvals.withdraw",
  scope: "runtime.approvals.request",
  policy: "AmendApproval",
  input: WithdrawApprovalInput,
  output: RequestOutcome,
  async facts({ tx, tenant, caller, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    return amendmentFacts(caller, row, "withdraw");
  },
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    const output = {
      requestId: row.request_id,
      revision: row.revision,
      state: "withdrawn" as const,
      subjectDigest: row.subject_digest.toString("hex"),
    };
    if (row.state === "withdrawn") return unchanged(output);
    assertStill(row, "open", "approved");
    await setRequestState(tx, tenant, row.request_id, "withdrawn");
    return audited(
      output,
      approvalEvent(row, "withdrawn", { revision: row.revision, reason: input.reason }),
    );
  },
});
