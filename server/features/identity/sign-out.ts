import "server-only";
import { issuerAt } from "#server/integrations/keycloak/issuer.ts";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { type RealmConfig, realmNamed } from "./config.ts";
import { identityConfig } from "./identity-config.ts";
import { ownForm } from "./own-form.ts";
import { clearedSessionCookie, sessionIdIn } from "./session-cookie.ts";
import { endSession, liveSession } from "./session-rows.ts";
import { recordSignedOut } from "./sign-in-audit.ts";

/**
 * Ends the session here at once, then sends the browser to the identity provider to end it there too
 * (OpenID Connect RP-Initiated Logout). Works without a live session: the cookie goes away.
 */
export async function signOut(request: Request): Promise<Response> {
  await ownForm(request);
  const sessionId = await sessionIdIn(request.headers);
  const session = sessionId ? await liveSession(sessionId) : null;
  const ended = sessionId ? await endSession(sessionId, "signed_out") : null;
  const realm = ended ? realmNamed(identityConfig(), ended.realm) : null;
  if (realm && session) await recordSignedOut(realm, session, "signed_out");
  const location = realm && ended?.idToken ? await logoutUrl(realm, ended.idToken) : "/sign-in";
  return new Response(null, {
    status: 303,
    headers: {
      location,
      "set-cookie": clearedSessionCookie(),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  });
}

async function logoutUrl(realm: RealmConfig, idToken: string): Promise<string> {
  try {
    const { endSessionEndpoint } = await issuerAt(realm.issuer);
    if (!endSessionEndpoint) return "/sign-in";
    const url = new URL(endSessionEndpoint);
    url.searchParams.set("id_token_hint", idToken);
    url.searchParams.set("client_id", realm.clientId);
    url.searchParams.set("post_logout_redirect_uri", new URL("/sign-in", env().CONSOLE_URL).href);
    return url.href;
  } catch (error) {
    logger.warn({ err: error, realm: realm.realm }, "identity provider not told of a sign-out");
    return "/sign-in?error=provider";
  }
}
