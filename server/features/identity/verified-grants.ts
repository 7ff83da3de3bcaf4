import "server-only";
import type { JWTPayload } from "jose";
import { verifyJwt } from "#server/integrations/keycloak/verify-jwt.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { RealmConfig } from "./config.ts";
import { type Grants, grantsOf } from "./grants.ts";
import { API_CLIENT } from "./realms/realm-file.ts";

/**
 * Verifies an access token of an allow-listed realm and reads what it grants, by this process's clock
 * unless another time is given.
 * Throws `unauthenticated`, `forbidden` (demo account in production) or `unavailable`.
 */
export async function verifiedGrants(
  realm: RealmConfig,
  accessToken: string,
  now?: Date,
): Promise<{ grants: Grants; claims: JWTPayload }> {
  const { claims } = await verifyJwt(
    accessToken,
    realm.issuer,
    API_CLIENT,
    now ? { currentDate: now } : {},
  );
  // Keycloak marks what is no access token: "ID", "Refresh", "Logout". One bound to a key is "DPoP".
  if (claims.typ !== undefined && claims.typ !== "Bearer" && claims.typ !== "DPoP") {
    throw new AppError("unauthenticated", "This is not an access token.");
  }
  const grants = grantsOf(realm, claims);
  if (!grants) throw new AppError("unauthenticated", "The token lacks the agreed claims.");
  refuseDemoAccount(grants, env().CONSOLE_MODE);
  return { grants, claims };
}

/** A demo account's password is public: production turns it away, whatever realm it came from. */
export function refuseDemoAccount(grants: Grants, mode: "demo" | "production"): void {
  if (!grants.isDemo || mode === "demo") return;
  throw new AppError("forbidden", "Demo accounts may not be used in production.", {
    said: { key: "demoAccounts" },
    remedy: "Delete the demo users of this realm.",
  });
}
