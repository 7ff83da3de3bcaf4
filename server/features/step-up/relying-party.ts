import "server-only";
import { createHash } from "node:crypto";
import type { Actor } from "#server/platform/actor.ts";
import { env } from "#server/platform/env/env.ts";

/** How long a browser may take to ask its user, in milliseconds. */
export const KEY_TIMEOUT_MILLIS = 120_000;

/** The site that keys are made for and answer to: the console's own address, and nothing else. */
export function relyingParty(): { id: string; origin: string } {
  const { hostname, origin } = new URL(env().CONSOLE_URL);
  return { id: hostname, origin };
}

/**
 * The account that an authenticator keeps a key under (WebAuthn §5.4.3): one for each tenant and
 * person, and naming neither.
 */
export function userHandleOf(tenant: string, person: Extract<Actor, { kind: "user" }>): string {
  return createHash("sha256")
    .update(JSON.stringify(["security-key", tenant, person.issuer, person.subject]))
    .digest("base64url");
}

/** What is proved at the identity provider before a key may be registered, for this person alone. */
export function registrationSubject(tenant: string, person: { issuer: string; subject: string }) {
  const text = JSON.stringify(["register-key", tenant, person.issuer, person.subject]);
  return { act: "stepUp.registerKey", digest: createHash("sha256").update(text).digest("hex") };
}
