import "server-only";
import { uuidv7 } from "uuidv7";
import { audited, verb } from "#server/platform/verb.ts";
import { lockOwnAttempt, whyOver } from "../attempt-rows.ts";
import { challengeOf } from "../attempt-values.ts";
import { personOf } from "../person-of.ts";
import { type Refusal, RegisterKeyInput, RegisterOutcome } from "../schema.ts";
import { refusedEvent } from "../step-up-events.ts";
import { verifyNewKey } from "../verify-key-answer.ts";
import { endAttempt } from "../writes/end-attempt.ts";

/** Keeps the public key that an authenticator made for a registration that was begun here. */
export const registerKey = verb({
  name: "stepUp.register",
  scope: "runtime.identity.step-up",
  input: RegisterKeyInput,
  output: RegisterOutcome,
  async run({ tx, tenant, caller, input }) {
    const attempt = await lockOwnAttempt(tx, caller, input.attemptId, "registration");
    const refuse = (why: Refusal) =>
      audited({ outcome: "refused" as const, why }, refusedEvent(attempt, why));
    const over = whyOver(attempt, caller);
    if (over) return refuse(over);
    const made = await verifyNewKey(input.response, challengeOf(attempt));
    const keyId = uuidv7();
    const added = made
      ? await tx.query(
          `INSERT INTO security_key (tenant_id, key_id, issuer, subject, credential_id, public_key, sign_count,
             transports, aaguid, is_synced, name, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp())
           ON CONFLICT (tenant_id, credential_id) DO NOTHING RETURNING key_id`,
          [
            tenant,
            keyId,
            personOf(caller.actor).issuer,
            personOf(caller.actor).subject,
            made.credentialId,
            made.publicKey,
            made.signCount,
            [...made.transports],
            made.aaguid,
            made.isSynced,
            input.name,
          ],
        )
      : [];
    await endAttempt(tx, tenant, attempt.attemptId, added.length > 0 ? "proved" : "refused");
    if (!made || added.length === 0) return refuse("not-verified");
    return audited(
      { outcome: "registered" as const, keyId },
      {
        type: "runtime.identity.key-registered",
        subject: `security-key/${keyId}`,
        payload: { name: input.name, aaguid: made.aaguid, isSynced: made.isSynced },
      },
    );
  },
});
