import type { SecretValue } from "#server/platform/secret-value.ts";
import type { Login } from "./login.ts";

/** A token is replaced when this share of its life is over. */
const RENEW_AFTER_SHARE = 2 / 3;

/**
 * A token that is always fresh, for `OpenBaoOptions.token`: logs in when first asked and again before
 * the token ends. Calls at the same moment share one login; a failed login is tried at the next call.
 */
export function tokenSource(
  login: () => Promise<Login>,
  now: () => number = Date.now,
): () => Promise<SecretValue> {
  let current: { login: Promise<Login>; freshUntil: number } | null = null;

  return async () => {
    if (!current || now() >= current.freshUntil) {
      const entry = { login: login(), freshUntil: Number.POSITIVE_INFINITY };
      current = entry;
      entry.login.then(
        ({ ttlSeconds }) => {
          if (ttlSeconds > 0) entry.freshUntil = now() + ttlSeconds * 1000 * RENEW_AFTER_SHARE;
        },
        () => {
          if (current === entry) current = null;
        },
      );
    }
    return (await current.login).token;
  };
}
