import "server-only";
import { withdrawApproval } from "#server/features/approvals/index.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertWaiting, outcomeOf } from "../deployment-outcome.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { DeploymentOutcome, WithdrawDeploymentInput } from "../schema.ts";
import { takeStep } from "../writes/take-step.ts";

/** Takes an own request back, also after its approval, as long as nobody has claimed it. */
export const withdrawDeployment = verb({
  name: "deployments.withdraw",
  scope: "runtime.deployments.request",
  policy: "AmendApproval",
  input: WithdrawDeploymentInput,
  output: DeploymentOutcome,
  async facts(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const amendment = { requestId: row.approval_id, reason: input.reason };
    return withdrawApproval.facts?.({ ...context, input: amendment }) ?? Promise.reject();
  },
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    if (row.state === "withdrawn") return unchanged(outcomeOf(row));
    assertWaiting(row);
    const { events } = await runVouched(withdrawApproval, context, {
      requestId: row.approval_id,
      reason: input.reason,
    });
    const withdrawn = await takeStep(context, row, {
      step: "withdraw",
      act: "withdrawn",
      note: input.reason,
    });
    return audited(outcomeOf(row), withdrawn, ...events);
  },
});
