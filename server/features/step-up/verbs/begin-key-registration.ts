import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { challengeOf } from "../attempt-values.ts";
import { descriptorOf, keysOf } from "../key-rows.ts";
import { personOf } from "../person-of.ts";
import {
  KEY_TIMEOUT_MILLIS,
  registrationSubject,
  relyingParty,
  userHandleOf,
} from "../relying-party.ts";
import { NoInput, RegistrationQuestion } from "../schema.ts";
import { takeFreshProof } from "../take-fresh-proof.ts";
import { KEY_ALGORITHMS } from "../verify-key-answer.ts";
import { addAttempt } from "../writes/add-attempt.ts";

const WITHIN_SECONDS = 5 * 60;

/** Lets a person make a new key, after a second factor at the identity provider: no key vouches for another. */
export const beginKeyRegistration = verb({
  name: "stepUp.beginRegistration",
  scope: "runtime.identity.step-up",
  input: NoInput,
  output: RegistrationQuestion,
  async run({ tx, tenant, caller }) {
    const person = personOf(caller.actor);
    const subject = registrationSubject(tenant, person);
    const { proofId } = await takeFreshProof(tx, caller, {
      ...subject,
      withinSeconds: WITHIN_SECONDS,
      methods: ["oidc"],
    });
    const keys = await keysOf(tx, tenant, person);
    const attempt = await addAttempt(tx, caller, "registration", { ...subject, returnTo: "/" });
    return audited(
      {
        attemptId: attempt.attemptId,
        options: {
          challenge: challengeOf(attempt),
          rp: { id: relyingParty().id, name: "Sovereign Console" },
          user: {
            id: userHandleOf(tenant, person),
            name: `${person.displayName} (${tenant})`,
            displayName: person.displayName,
          },
          pubKeyCredParams: KEY_ALGORITHMS.map((alg) => ({ type: "public-key" as const, alg })),
          timeout: KEY_TIMEOUT_MILLIS,
          attestation: "none" as const,
          excludeCredentials: keys.map(descriptorOf),
          authenticatorSelection: {
            residentKey: "preferred" as const,
            userVerification: "required" as const,
          },
        },
      },
      {
        type: "runtime.identity.key-registration-begun",
        subject: `step-up-attempt/${attempt.attemptId}`,
        payload: { proof: proofId },
      },
    );
  },
});
