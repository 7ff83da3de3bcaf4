import "server-only";
import { uuidv7 } from "uuidv7";
import { reviewApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { assertWaiting, outcomeOf } from "../deployment-outcome.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { ReviewDeploymentInput, ReviewOutcome } from "../schema.ts";
import { takeStep, writeHistory } from "../writes/take-step.ts";

/** Approves or rejects the subject that was shown; the last place taken approves, one rejection ends it. */
export const reviewDeployment = verb({
  name: "deployments.review",
  scope: "runtime.approvals.decide",
  policy: "DecideApproval",
  input: ReviewDeploymentInput,
  output: ReviewOutcome,
  async environment({ tx, tenant, input }) {
    const { environment } = await lockDeployment(tx, tenant, input.deploymentId);
    return { environment, isOnlyStopping: input.decision === "reject" };
  },
  async facts(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    assertWaiting(row);
    const review = { ...input, requestId: row.approval_id };
    return reviewApproval.facts?.({ ...context, input: review }) ?? Promise.reject();
  },
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    if (input.decision === "approve") assertChecked(row.state);
    const { output, events } = await runVouched(reviewApproval, context, {
      requestId: row.approval_id,
      decision: input.decision,
      subjectDigest: input.subjectDigest,
      comment: input.comment,
    });
    const note = input.comment;
    const decided =
      output.state === "approved"
        ? await takeStep(context, row, { step: "approve", act: "approved", note })
        : output.state === "rejected"
          ? await takeStep(context, row, { step: "reject", act: "rejected", note })
          : await reviewed();
    return audited({ ...outcomeOf(row), quorum: output.quorum }, decided, ...events);

    async function reviewed() {
      const eventId = uuidv7();
      await writeHistory(context, row, { act: "reviewed", before: row.state, note, eventId });
      return deploymentEvent(row, "reviewed", eventId, {
        revision: row.revision,
        decision: input.decision,
        subjectDigest: input.subjectDigest,
      });
    }
  },
});

/** Nobody approves on evidence that is not complete; rejecting needs none. */
function assertChecked(state: string): void {
  if (state !== "requested" && state !== "checking") return;
  throw new AppError("conflict", "This request is still being checked.", {
    remedy: "Wait for the checks, or see what they miss, and decide then.",
    said: { key: "stillChecked" },
  });
}
