import "server-only";
import { identityProviderUnavailable } from "#server/integrations/keycloak/issuer.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import { realmOfIssuer } from "./config.ts";
import { type CountedSession, countedSession } from "./counted-session.ts";
import { freshSession } from "./fresh-session.ts";
import { identityConfig } from "./identity-config.ts";
import { refreshSession } from "./refresh-session.ts";
import { sessionIdIn } from "./session-cookie.ts";
import { type LiveSession, liveSession } from "./session-rows.ts";

/**
 * The live session of a request, or `null`. Roles older than a minute are re-read here too; while the
 * issuer does not answer, reads go on until the access token's own end, and then throw `unavailable`.
 */
export async function sessionFromRequest(request: Request | Headers): Promise<SessionView | null> {
  const sessionId = await sessionIdIn(request instanceof Headers ? request : request.headers);
  return upToDate(sessionId ? await liveSession(sessionId) : null);
}

/** The same for so many calls in one tenant, which are counted with it; nobody's are not. */
export async function countedSessionFromRequest(
  headers: Headers,
  calls: number,
): Promise<{ session: SessionView | null; counted?: Omit<CountedSession, "session"> }> {
  const sessionId = await sessionIdIn(headers);
  const found = sessionId
    ? await countedSession(sessionId, headers.get("x-tenant"), calls)
    : undefined;
  if (!found) return { session: null };
  const { session, ...counted } = found;
  return { session: await upToDate(session), counted };
}

async function upToDate(session: LiveSession | null): Promise<SessionView | null> {
  if (!session || realmOfIssuer(identityConfig(), session.issuer)?.realm !== session.realm) {
    return null;
  }
  if (!session.isStale) return session;
  switch (await refreshSession(session)) {
    case "refreshed":
      return liveSession(session.sessionId);
    case "ended":
      return null;
    case "busy":
      if (!session.isAccessExpired) return session;
      if (session.isBackingOff) throw identityProviderUnavailable("backing off");
      return freshSession(session);
    case "unreachable":
      if (session.isAccessExpired) throw identityProviderUnavailable("access token expired");
      return session;
  }
}
