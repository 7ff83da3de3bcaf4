import type { SecretValue } from "#server/platform/secret-value.ts";
import type { Login } from "./login.ts";

/** A token is replaced when this share of its life is over. */
const RENEW_AFTER_SHARE = 2 / 3;
/** A refused token is replaced only when it is older: a new one would be refused for the same reason. */
const NEW_MILLIS = 5_000;

/** A token that is always fresh, for `OpenBaoOptions.token`. */
export interface TokenSource {
  (): Promise<SecretValue>;
  /** OpenBao refused this token: whether the next call has another. */
  refused(token: SecretValue): boolean;
}

/**
 * Logs in when first asked and again before the token ends, or when it was refused before its time.
 * Calls at the same moment share one login; a failed login is tried at the next call.
 */
export function tokenSource(
  login: () => Promise<Login>,
  now: () => number = Date.now,
): TokenSource {
  let current: { login: Promise<Login>; madeAt: number; freshUntil: number } | null = null;
  let known: SecretValue | null = null;

  const source = async () => {
    if (!current || now() >= current.freshUntil) {
      const entry = { login: login(), madeAt: now(), freshUntil: Number.POSITIVE_INFINITY };
      current = entry;
      entry.login.then(
        ({ token, ttlSeconds }) => {
          known = token;
          if (ttlSeconds > 0) entry.freshUntil = now() + ttlSeconds * 1000 * RENEW_AFTER_SHARE;
        },
        () => {
          if (current === entry) current = null;
        },
      );
    }
    return (await current.login).token;
  };
  return Object.assign(source, {
    refused(token: SecretValue): boolean {
      // Another call has replaced it already.
      if (token !== known) return true;
      if (!current || now() - current.madeAt < NEW_MILLIS) return false;
      current = null;
      return true;
    },
  });
}
