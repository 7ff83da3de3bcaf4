import "server-only";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { derivedKey } from "#server/platform/audit/installation-key.ts";

/** What an attempt is bound to. */
export interface AttemptFacts {
  readonly attemptId: string;
  readonly sessionId: string;
  readonly act: string;
  /** 64 hexadecimal digits. */
  readonly digest: string;
  readonly seed: Uint8Array;
}

const STATE = /^([a-z][a-z0-9-]{0,62})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/;

/** `tenant.attempt.mac`: found by its ids, believed by its MAC. */
export function stateOf(tenant: string, attempt: AttemptFacts): string {
  return `${tenant}.${attempt.attemptId}.${macOf(tenant, "state", attempt)}`;
}

/** The ids in a state, before anything of it is believed; null when it has no such form. */
export function idsInState(state: string): { tenant: string; attemptId: string } | null {
  const match = STATE.exec(state);
  return match?.[1] && match[2] ? { tenant: match[1], attemptId: match[2] } : null;
}

/** Whether a state is this attempt's, in all that it is bound to. */
export function isStateOf(state: string, tenant: string, attempt: AttemptFacts): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(state), hash(stateOf(tenant, attempt)));
}

/** What the ID token must repeat: it is signed over the act and its digest in this way. */
export function nonceOf(tenant: string, attempt: AttemptFacts): string {
  return macOf(tenant, "nonce", attempt);
}

/** The PKCE code verifier (RFC 7636): made again when it is needed, kept nowhere. */
export function verifierOf(tenant: string, attempt: AttemptFacts): string {
  return macOf(tenant, "pkce", attempt);
}

export function codeChallengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** What a security key signs: SHA-256(seed ‖ act ‖ 0x00 ‖ digest), in base64url. */
export function challengeOf({ seed, act, digest }: AttemptFacts): string {
  return createHash("sha256")
    .update(seed)
    .update(`${act}\0`)
    .update(Buffer.from(digest, "hex"))
    .digest("base64url");
}

function macOf(tenant: string, purpose: string, attempt: AttemptFacts): string {
  const { attemptId, sessionId, act, digest, seed } = attempt;
  return createHmac("sha256", derivedKey(tenant, "step-up"))
    .update(
      [purpose, attemptId, sessionId, act, digest, Buffer.from(seed).toString("hex")].join("\0"),
    )
    .digest("base64url");
}
