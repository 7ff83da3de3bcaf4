import "server-only";
import { decodeJwt } from "jose";
import { z } from "zod";
import type { Principal } from "#server/platform/actor.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { realmOfIssuer } from "./config.ts";
import { identityConfig } from "./identity-config.ts";
import { verifiedGrants } from "./verified-grants.ts";

export interface BearerCaller {
  readonly issuer: string;
  /** The client's own subject, or the acting client of a token that a person delegated. */
  readonly subject: string;
  readonly realm: string;
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<Scope>;
  /** The person behind the caller, from a verified claim only (law 9). */
  readonly human: Principal | "unknown";
}

const CallerClaims = z.object({
  azp: z.string().optional(),
  sid: z.string().optional(),
  act: z.object({ sub: z.string().min(1) }).optional(),
  preferred_username: z.string().optional(),
});

/** Keycloak's name for the user that stands for a client. */
const SERVICE_ACCOUNT = "service-account-";

/**
 * Who calls the HTTP API with an OAuth 2 access token. Its issuer is looked up before any key is
 * fetched. Throws `unauthenticated`, or `unavailable` when the issuer's keys can't be had.
 */
export async function bearerCaller(headers: Headers): Promise<BearerCaller> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  const realm = realmOfIssuer(identityConfig(), token ? issuerNamedBy(token) : null);
  if (!token || !realm) throw refused();
  const { grants, claims } = await verifiedGrants(realm, token);
  const caller = CallerClaims.safeParse(claims);
  // The console's own tokens never leave the server: one that comes back was stolen.
  if (!caller.success || caller.data.azp === realm.clientId) throw refused();
  const { act, sid, preferred_username: name = "" } = caller.data;
  const isPerson =
    !name.startsWith(SERVICE_ACCOUNT) &&
    // A client's own session has a sid too: without a name nobody says that it is a person's.
    (act !== undefined || (sid !== undefined && name !== ""));
  const person = { issuer: realm.issuer, subject: grants.subject };
  return {
    issuer: realm.issuer,
    subject: act?.sub ?? grants.subject,
    realm: realm.realm,
    tenants: grants.tenants,
    roles: grants.roles,
    scopes: grants.scopes,
    // A person signed in (sid), or handed the token to an actor (RFC 8693 §4.1).
    human: isPerson ? person : "unknown",
  };
}

function issuerNamedBy(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

function refused(): AppError {
  return new AppError("unauthenticated", "The access token is missing or not valid here.", {
    remedy: "Send an access token of an allow-listed issuer, with the audience runtime-api.",
  });
}
