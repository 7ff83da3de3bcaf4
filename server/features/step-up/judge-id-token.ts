import type { Refusal } from "./schema.ts";

export interface IdTokenFacts {
  readonly issuer: string;
  readonly subject: string;
  readonly nonce: unknown;
  readonly acr: unknown;
  /** Seconds since the epoch. */
  readonly authTime: unknown;
}

export interface Expected {
  readonly issuer: string;
  readonly subject: string;
  readonly nonce: string;
  readonly acceptedAcr: readonly string[];
  /** When we asked, by the database's clock. */
  readonly askedAt: Date;
}

/**
 * Why a verified ID token proves nothing, or null. `auth_time` has whole seconds, so it is held against
 * the second in which we asked, with no tolerance (OpenID Connect Core §3.1.3.7, 11 to 13).
 */
export function judgeIdToken(token: IdTokenFacts, expected: Expected): Refusal | null {
  if (token.issuer !== expected.issuer || token.subject !== expected.subject) return "other-person";
  if (token.nonce !== expected.nonce) return "nonce";
  if (typeof token.acr !== "string" || !expected.acceptedAcr.includes(token.acr)) {
    return "level-too-low";
  }
  const askedSecond = Math.floor(expected.askedAt.getTime() / 1_000);
  if (!Number.isInteger(token.authTime) || (token.authTime as number) < askedSecond) {
    return "too-old";
  }
  return null;
}
