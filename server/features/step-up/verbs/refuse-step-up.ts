import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { lockOwnAttempt, whyOver } from "../attempt-rows.ts";
import { ProofOutcome, RefuseStepUpInput } from "../schema.ts";
import { refusedEvent } from "../step-up-events.ts";
import { endAttempt } from "../writes/end-attempt.ts";

/** Ends an attempt that proved nothing, and says why in the log. What has ended stays as it ended. */
export const refuseStepUp = verb({
  name: "stepUp.refuse",
  scope: "runtime.identity.step-up",
  input: RefuseStepUpInput,
  output: ProofOutcome,
  async run({ tx, tenant, caller, input }) {
    const attempt = await lockOwnAttempt(tx, caller, input.attemptId, "oidc");
    const over = whyOver(attempt, caller);
    const why = over ?? input.why;
    if (!over) await endAttempt(tx, tenant, attempt.attemptId, "refused");
    return audited({ outcome: "refused" as const, why }, refusedEvent(attempt, why));
  },
});
