import "server-only";
import { identityProviderUnavailable } from "#server/integrations/keycloak/issuer.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import { realmOfIssuer } from "./config.ts";
import { freshSession } from "./fresh-session.ts";
import { identityConfig } from "./identity-config.ts";
import { refreshSession } from "./refresh-session.ts";
import { sessionIdIn } from "./session-cookie.ts";
import { liveSession } from "./session-rows.ts";

/**
 * The live session of a request, or `null`. Roles older than a minute are re-read here too; while the
 * issuer does not answer, reads go on until the access token's own end, and then throw `unavailable`.
 */
export async function sessionFromRequest(request: Request | Headers): Promise<SessionView | null> {
  const sessionId = await sessionIdIn(request instanceof Headers ? request : request.headers);
  const session = sessionId ? await liveSession(sessionId) : null;
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
