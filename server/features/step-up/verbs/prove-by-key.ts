import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, type VerbContext, verb } from "#server/platform/verb.ts";
import { type Attempt, lockOwnAttempt, whyOver } from "../attempt-rows.ts";
import { challengeOf } from "../attempt-values.ts";
import { type KeyRow, lockKeyOfCredential } from "../key-rows.ts";
import { personOf } from "../person-of.ts";
import { ProofOutcome, ProveByKeyInput, type Refusal } from "../schema.ts";
import { refusedEvent } from "../step-up-events.ts";
import { hasCounterGoneBack, verifyKeyAnswer } from "../verify-key-answer.ts";
import { addProof } from "../writes/add-proof.ts";
import { endAttempt } from "../writes/end-attempt.ts";

/**
 * Makes a proof of what one of the person's own keys signed. Every answer ends the attempt; a counter
 * that went back is told to everybody who watches, and the key is refused from then on.
 */
export const proveByKey = verb({
  name: "stepUp.proveByKey",
  scope: "runtime.identity.step-up",
  input: ProveByKeyInput,
  output: ProofOutcome,
  async run(context) {
    const { tx, tenant, caller, input } = context;
    const attempt = await lockOwnAttempt(tx, caller, input.attemptId, "webauthn");
    const refuse = (why: Refusal, key?: KeyRow) =>
      audited(
        { outcome: "refused" as const, why },
        refusedEvent(attempt, why, key ? { securityKey: key.keyId } : {}),
      );
    const over = whyOver(attempt, caller);
    if (over) return refuse(over);
    const end = (outcome: "proved" | "refused") =>
      endAttempt(tx, tenant, attempt.attemptId, outcome);
    const credentialId = Buffer.from(input.response.rawId, "base64url");
    const key = await lockKeyOfCredential(tx, tenant, personOf(caller.actor), credentialId);
    const answer = key && (await verifyKeyAnswer(key, input.response, challengeOf(attempt)));
    const why = !key ? "unknown-key" : !answer ? "not-verified" : key.suspectedAt && "suspected";
    if (!key || !answer || why) {
      await end("refused");
      return refuse(why || "not-verified", key);
    }
    if (hasCounterGoneBack(BigInt(key.signCount), answer.signCount)) {
      await end("refused");
      return suspect(context, attempt, key, answer.signCount);
    }
    await tx.query(
      `UPDATE security_key SET sign_count = $3, is_synced = $4, last_used_at = clock_timestamp()
       WHERE tenant_id = $1 AND key_id = $2`,
      [tenant, key.keyId, answer.signCount, answer.isSynced],
    );
    await end("proved");
    const { proofId, event } = await addProof(tx, tenant, attempt, {
      method: "webauthn",
      acr: null,
      amr: ["hwk", "user"],
      keyId: key.keyId,
      authTimeSeconds: null,
    });
    return audited({ outcome: "proved" as const, proofId }, event);
  },
});

async function suspect(
  context: VerbContext<unknown>,
  attempt: Attempt,
  key: KeyRow,
  signCount: number,
) {
  const { tx, tenant } = context;
  await tx.query(
    "UPDATE security_key SET suspected_at = clock_timestamp() WHERE tenant_id = $1 AND key_id = $2",
    [tenant, key.keyId],
  );
  const { events } = await runVouched(raiseAlert, context, {
    kind: "security-key-copied",
    severity: "critical",
    subjectRef: `security-key/${key.keyId}`,
    detail:
      "A security key answered with a counter that went back: somebody may hold a copy of it. It is refused from now on.",
  });
  const why = "counter" as const;
  const counters = { before: key.signCount, now: signCount };
  return audited(
    { outcome: "refused" as const, why },
    refusedEvent(attempt, why, { securityKey: key.keyId, counters }),
    ...events,
  );
}
