import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { personOf } from "../person-of.ts";
import { registrationSubject, relyingParty } from "../relying-party.ts";
import { type ActSubject, takeFreshProof } from "../take-fresh-proof.ts";
import { beginKeyProof } from "../verbs/begin-key-proof.ts";
import { beginKeyRegistration } from "../verbs/begin-key-registration.ts";
import { beginStepUp } from "../verbs/begin-step-up.ts";
import { proveByKey } from "../verbs/prove-by-key.ts";
import { recordStepUp } from "../verbs/record-step-up.ts";
import { registerKey } from "../verbs/register-key.ts";
import { type KeyOptions, SoftwareKey } from "./software-key.ts";

export const SUBJECT: ActSubject = { act: "deployments.review", digest: "ab".repeat(32) };
export const REQUIRED = { code: "step_up_required" };

/** A proof by the identity provider, as its way back records it. */
export async function proveAtProvider(caller: Caller, subject: ActSubject = SUBJECT) {
  const { attemptId } = await runVerb(beginStepUp, caller, { ...subject, returnTo: "/" });
  return runVerb(recordStepUp, caller, recorded(caller, attemptId));
}

export function recorded(caller: Caller, attemptId: string) {
  const { issuer, subject } = personOf(caller.actor);
  const authTimeSeconds = Math.ceil(Date.now() / 1_000);
  return { attemptId, issuer, subject, acr: "2", amr: ["pwd", "otp"], authTimeSeconds };
}

export function newSoftwareKey(): SoftwareKey {
  return new SoftwareKey(relyingParty().origin);
}

/** Registers a key for the caller, the provider's proof included. */
export async function registered(caller: Caller, key = newSoftwareKey(), name = "Desk key") {
  await proveAtProvider(caller, registrationSubject(caller.tenant, personOf(caller.actor)));
  const { attemptId, options } = await runVerb(beginKeyRegistration, caller, {});
  const outcome = await runVerb(registerKey, caller, {
    attemptId,
    name,
    response: key.create(options),
  });
  if (outcome.outcome !== "registered") throw new Error(`not registered: ${outcome.why}`);
  return { key, keyId: outcome.keyId };
}

/** Asks and answers by a key; `change` bends the answer. */
export async function proveWith(
  caller: Caller,
  key: SoftwareKey,
  subject: ActSubject = SUBJECT,
  change: KeyOptions = {},
) {
  const { attemptId, options } = await runVerb(beginKeyProof, caller, subject);
  return runVerb(proveByKey, caller, { attemptId, response: key.get(options, change) });
}

export function take(caller: Caller, subject: ActSubject = SUBJECT) {
  return withTenant(caller.tenant, "tenant", (tx) =>
    takeFreshProof(tx, caller, { ...subject, withinSeconds: 300 }),
  );
}

/** The same person in another browser. */
export function elsewhere(caller: Caller, sessionId: string): Caller {
  return { ...caller, actor: { ...personOf(caller.actor), sessionId } };
}

/** Rewrites what the tables' own triggers keep. */
export async function rewrite(statement: string, params: unknown[]): Promise<void> {
  const table = /^UPDATE (\w+)/.exec(statement)?.[1] ?? "";
  await asSuperuser(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  try {
    await asSuperuser(statement, params);
  } finally {
    await asSuperuser(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  }
}
