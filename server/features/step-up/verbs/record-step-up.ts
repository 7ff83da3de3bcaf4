import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { lockOwnAttempt, whyOver } from "../attempt-rows.ts";
import { ProofOutcome, RecordStepUpInput } from "../schema.ts";
import { refusedEvent } from "../step-up-events.ts";
import { addProof } from "../writes/add-proof.ts";
import { endAttempt } from "../writes/end-attempt.ts";

/**
 * Makes the proof of what the identity provider vouched for, once for each attempt. Called by the way
 * back from the provider alone, with claims that it verified; no procedure reaches it.
 */
export const recordStepUp = verb({
  name: "stepUp.record",
  scope: "runtime.identity.step-up",
  input: RecordStepUpInput,
  output: ProofOutcome,
  async run({ tx, tenant, caller, input }) {
    const attempt = await lockOwnAttempt(tx, caller, input.attemptId, "oidc");
    const isOther = input.issuer !== attempt.issuer || input.subject !== attempt.subject;
    const why = whyOver(attempt, caller) ?? (isOther ? "other-person" : null);
    if (why) return audited({ outcome: "refused" as const, why }, refusedEvent(attempt, why));
    await endAttempt(tx, tenant, attempt.attemptId, "proved");
    const { proofId, event } = await addProof(tx, tenant, attempt, {
      method: "oidc",
      acr: input.acr,
      amr: input.amr,
      keyId: null,
      authTimeSeconds: input.authTimeSeconds,
    });
    return audited({ outcome: "proved" as const, proofId }, event);
  },
});
