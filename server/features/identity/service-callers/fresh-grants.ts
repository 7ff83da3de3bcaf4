import "server-only";
import { createHash } from "node:crypto";
import { introspect } from "#server/integrations/keycloak/introspect.ts";
import { env } from "#server/platform/env/env.ts";
import { type Grants, grantsOf } from "../grants.ts";
import { clientSecretOf } from "../identity-config.ts";
import { refuseDemoAccount } from "../verified-grants.ts";
import type { AccessToken } from "./access-token.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** Below the minute of law 10, counted from when the issuer was asked. */
const LIFETIME_MILLIS = 45_000;
const MOST_KEPT = 5_000;

interface Asked {
  readonly at: number;
  readonly grants: Promise<Grants | null>;
}

const shared = globalThis as typeof globalThis & { consoleFreshGrants?: Map<string, Asked> };

/**
 * What the issuer says now that a token grants (RFC 7662), at most 45 seconds old. Throws TokenRefusal
 * when token, client or account is not active any more, `unavailable` when the issuer can't be asked
 * (law 7): that is not remembered.
 */
export async function freshGrants({ text, realm }: AccessToken): Promise<Grants> {
  shared.consoleFreshGrants ??= new Map();
  const known = shared.consoleFreshGrants;
  const key = createHash("sha256").update(text).digest("base64url");
  let asked = known.get(key);
  if (!asked || performance.now() - asked.at > LIFETIME_MILLIS) {
    asked = { at: performance.now(), grants: askIssuer({ text, realm }) };
    known.delete(key);
    known.set(key, asked);
    forgetOld(known);
    asked.grants.catch(() => known.delete(key));
  }
  const grants = await asked.grants;
  if (!grants) throw new TokenRefusal("token_inactive");
  return grants;
}

async function askIssuer({ text, realm }: Pick<AccessToken, "text" | "realm">) {
  const claims = await introspect({
    issuer: realm.issuer,
    clientId: realm.clientId,
    clientSecret: clientSecretOf(realm),
    token: text,
  });
  const grants = claims && grantsOf(realm, claims);
  if (grants) refuseDemoAccount(grants, env().CONSOLE_MODE);
  return grants;
}

function forgetOld(known: Map<string, Asked>): void {
  for (const [key, { at }] of known) {
    const isOld = performance.now() - at > LIFETIME_MILLIS;
    if (!isOld && known.size <= MOST_KEPT) return;
    known.delete(key);
  }
}
