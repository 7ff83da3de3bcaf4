import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { challengeOf } from "../attempt-values.ts";
import { descriptorOf, keysOf } from "../key-rows.ts";
import { personOf } from "../person-of.ts";
import { KEY_TIMEOUT_MILLIS, relyingParty } from "../relying-party.ts";
import { ActSubject, KeyQuestion } from "../schema.ts";
import { addAttempt } from "../writes/add-attempt.ts";

/** Asks one of the person's own keys about one act: its challenge is made from act and digest. */
export const beginKeyProof = verb({
  name: "stepUp.beginKey",
  scope: "runtime.identity.step-up",
  input: ActSubject,
  output: KeyQuestion,
  async run({ tx, tenant, caller, input }) {
    const keys = (await keysOf(tx, tenant, personOf(caller.actor))).filter(
      ({ suspectedAt }) => suspectedAt === null,
    );
    if (keys.length === 0) {
      throw new AppError("conflict", "You have no security key here.", {
        said: { key: "stepUp.noKey" },
        remedy: "Confirm at your identity provider, or register a key first.",
      });
    }
    const attempt = await addAttempt(tx, caller, "webauthn", { ...input, returnTo: "/" });
    return audited(
      {
        attemptId: attempt.attemptId,
        options: {
          challenge: challengeOf(attempt),
          rpId: relyingParty().id,
          timeout: KEY_TIMEOUT_MILLIS,
          userVerification: "required" as const,
          allowCredentials: keys.map(descriptorOf),
        },
      },
      {
        type: "runtime.identity.step-up-begun",
        subject: `step-up-attempt/${attempt.attemptId}`,
        payload: { act: input.act, digest: input.digest, method: "webauthn" },
      },
    );
  },
});
