import "server-only";
import { refreshGrant } from "#server/integrations/keycloak/refresh-grant.ts";
import { verifyJwt } from "#server/integrations/keycloak/verify-jwt.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { type RealmConfig, realmNamed } from "./config.ts";
import { clientSecretOf, identityConfig } from "./identity-config.ts";
import {
  backOff,
  endRefused,
  type RefreshLease,
  type RefreshResult,
  storeRefresh,
  takeRefreshLease,
} from "./refresh-lease.ts";
import type { LiveSession } from "./session-rows.ts";
import { verifiedGrants } from "./verified-grants.ts";

export type RefreshOutcome = "refreshed" | "busy" | "ended" | "unreachable";

/**
 * Re-reads a stale session's roles from its issuer, under a row lease and outside any transaction
 * (law 10). `busy` means that another caller is doing so, or has just done it.
 */
export async function refreshSession(session: LiveSession): Promise<RefreshOutcome> {
  const realm = realmNamed(identityConfig(), session.realm);
  if (realm?.issuer !== session.issuer) return "ended";
  const lease = await takeRefreshLease(session.sessionId);
  if (!lease) return "busy";
  try {
    const result = await redeem(realm, session, lease);
    if (result && (await storeRefresh(lease, result))) return "refreshed";
    await endRefused(lease);
    return "ended";
  } catch (error) {
    if (error instanceof AppError && error.code !== "unavailable") {
      await endRefused(lease);
      return "ended";
    }
    logger.warn({ err: error, realm: realm.realm }, "roles could not be re-read");
    await backOff(lease);
    return "unreachable";
  }
}

async function redeem(
  realm: RealmConfig,
  session: LiveSession,
  lease: RefreshLease,
): Promise<RefreshResult | null> {
  const tokens = await refreshGrant({
    issuer: realm.issuer,
    clientId: realm.clientId,
    clientSecret: clientSecretOf(realm),
    refreshToken: lease.refreshToken,
  });
  if (tokens === "refused") return null;
  const { grants } = await verifiedGrants(realm, tokens.accessToken);
  if (grants.subject !== session.subject) return null;
  if (tokens.idToken) {
    const { claims } = await verifyJwt(tokens.idToken, realm.issuer, realm.clientId);
    if (claims.sub !== session.subject) return null;
  }
  return {
    grants,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    idToken: tokens.idToken,
    accessExpiresInSeconds: tokens.expiresInSeconds,
  };
}
