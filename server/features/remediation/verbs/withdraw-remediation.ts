import "server-only";
import { mayWithdrawRemediation } from "#server/engines/remediation/state-machine.ts";
import { closeApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockRemediation } from "../remediation-rows.ts";
import { mayWithdraw } from "../remediation-view.ts";
import { RemediationOutcome, WithdrawInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";

/** Takes a remediation back as long as nothing of it has reached the cluster. */
export const withdrawRemediation = verb({
  name: "remediation.withdraw",
  scope: "runtime.remediations.propose",
  input: WithdrawInput,
  output: RemediationOutcome,
  async run(context) {
    const { tx, tenant, caller, input } = context;
    const row = await lockRemediation(tx, tenant, input.remediationId);
    const remediationId = row.remediation_id;
    if (row.state === "withdrawn") return unchanged({ remediationId, state: row.state });
    if (!mayWithdrawRemediation(row.state)) {
      throw new AppError("conflict", `This remediation is ${row.state.replaceAll("_", " ")}.`, {
        remedy: "What reached the cluster is verified or rolled back by the worker.",
        said: { key: "remediation.too-late" },
      });
    }
    if (!mayWithdraw(row, caller)) {
      throw new AppError("forbidden", "Only whoever proposed takes it back.", {
        remedy: "Reject it instead, if you are one of its approvers.",
        said: { key: "remediation.not-yours" },
      });
    }
    const { reason } = input;
    const event = await moveRemediation(context, row, { to: "withdrawn", note: reason });
    const closed = row.approval_id
      ? await runVouched(closeApproval, context, { requestId: row.approval_id, reason })
      : { events: [] };
    return audited({ remediationId, state: "withdrawn" as const }, event, ...closed.events);
  },
});
