import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { BeginStepUpInput, BegunAttempt } from "../schema.ts";
import { addAttempt } from "../writes/add-attempt.ts";

/** Notes that a person goes to the identity provider to prove a second factor for one act. */
export const beginStepUp = verb({
  name: "stepUp.begin",
  scope: "runtime.identity.step-up",
  input: BeginStepUpInput,
  output: BegunAttempt,
  async run({ tx, caller, input }) {
    const attempt = await addAttempt(tx, caller, "oidc", input);
    const { attemptId, seed } = attempt;
    return audited(
      { attemptId, seed: Buffer.from(seed).toString("hex") },
      {
        type: "runtime.identity.step-up-begun",
        subject: `step-up-attempt/${attemptId}`,
        payload: { act: input.act, digest: input.digest, method: "oidc" },
      },
    );
  },
});
