import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { identityProviderUnavailable } from "#server/integrations/keycloak/issuer.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import { refreshSession } from "./refresh-session.ts";
import { liveSession, newestSessionOf } from "./session-rows.ts";

/** Longer than another caller's refresh takes when the issuer is well. */
const PATIENCE_MILLIS = 12_000;
const POLL_MILLIS = 25;

/**
 * The session with roles read at most a minute ago (law 10). Waits for a refresh that another caller
 * has begun. Throws `unauthenticated` when the session is over, `unavailable` when nobody can say.
 */
export async function freshSession(session: SessionView): Promise<SessionView> {
  const giveUpAt = performance.now() + PATIENCE_MILLIS;
  while (performance.now() < giveUpAt) {
    const live = await liveSession(session.sessionId);
    if (!live) throw sessionOver();
    if (!live.isStale) return live;
    if (live.isBackingOff) throw identityProviderUnavailable("backing off");
    const outcome = await refreshSession(live);
    if (outcome === "ended") throw sessionOver();
    if (outcome === "unreachable") throw identityProviderUnavailable("no answer");
    if (outcome === "busy") await delay(POLL_MILLIS);
  }
  throw identityProviderUnavailable("another refresh did not end");
}

/**
 * Somebody's roles in a tenant now, from the newest session of theirs: for approvers who are not the
 * caller. `null` when nobody can vouch for them: no live session, or one without this tenant (in the
 * shared topology roles are realm-wide, tenants are not).
 */
export async function freshSessionOf(principal: {
  issuer: string;
  subject: string;
  tenant: AuthorizedTenantId;
}): Promise<SessionView | null> {
  const session = await newestSessionOf(principal.issuer, principal.subject);
  const fresh = session ? await freshSession(session) : null;
  return fresh?.tenants.includes(principal.tenant) ? fresh : null;
}

function sessionOver(): AppError {
  return new AppError("unauthenticated", "Your session has ended. Nothing was changed.", {
    remedy: "Sign in again.",
  });
}
