import "server-only";
import { isScope, type Scope } from "#server/platform/authz/scopes.ts";
import type { Grants } from "../grants.ts";
import { openTenants } from "../open-tenants.ts";
import { type AccessToken, realmNamedBy, verifiedAccessToken } from "./access-token.ts";
import { freshGrants } from "./fresh-grants.ts";
import { databaseNow } from "./proof-use.ts";
import { proveSender, type Scheme } from "./sender-constraint.ts";
import type { ServiceIdentity } from "./service-identity.ts";
import { TokenRefusal } from "./token-refusal.ts";

export interface AuthenticatedService {
  readonly identity: ServiceIdentity;
  /** The nonce for the next proof, when it is time for a new one. */
  readonly nextNonce: string | null;
  /** The same with roles as the issuer says them now (law 10). */
  fresh(): Promise<ServiceIdentity>;
  /** The same token, looked at once more: for a call that is held open. Its proof was for this call. */
  again(): Promise<ServiceIdentity>;
}

/** Keycloak's name for the user that stands for a client. */
const SERVICE_ACCOUNT = "service-account-";

/**
 * Who calls the HTTP API with an OAuth 2 access token, and that the token is the sender's own.
 * Throws TokenRefusal, or `unavailable` when keys, roles or clock can't be had.
 */
export async function authenticateService(request: Request): Promise<AuthenticatedService> {
  const { scheme, text } = authorizationOf(request.headers);
  const realm = realmNamedBy(text);
  const now = await databaseNow();
  const token = await verifiedAccessToken(text, realm, now);
  const { nextNonce } = await proveSender(request, scheme, token, now).catch((error: unknown) => {
    if (error instanceof TokenRefusal) error.sentAs = identityOf(token, token.grants);
    throw error;
  });
  return {
    identity: await open(identityOf(token, token.grants)),
    nextNonce,
    fresh: async () => open(identityOf(token, both(token.grants, await freshGrants(token)))),
    again: async () => {
      const still = await verifiedAccessToken(text, realm, await databaseNow());
      return open(identityOf(still, still.grants));
    },
  };
}

/** Without the tenants that are not open (ADR 33). */
async function open(identity: ServiceIdentity): Promise<ServiceIdentity> {
  return { ...identity, tenants: await openTenants(identity.tenants) };
}

function authorizationOf(headers: Headers): { scheme: Scheme; text: string } {
  const given = headers.get("authorization");
  if (!given) throw new TokenRefusal("token_missing");
  const [, scheme = "", text = ""] = /^(DPoP|Bearer) ([^\s,]+)$/i.exec(given) ?? [];
  if (!scheme) throw new TokenRefusal("token_malformed");
  return { scheme: scheme.toLowerCase() === "dpop" ? "DPoP" : "Bearer", text };
}

/** What was lost since the token was issued is gone; what was won needs a new token. */
function both(issued: Grants, now: Grants): Grants {
  if (issued.subject !== now.subject) throw new TokenRefusal("token_inactive");
  const roles = issued.roles.filter((role) => now.roles.includes(role));
  return {
    ...now,
    roles,
    tenants: issued.tenants.filter((tenant) => now.tenants.includes(tenant)),
    scopes: new Set([...issued.scopes].filter((scope) => now.scopes.has(scope))),
  };
}

function identityOf({ realm, claims }: AccessToken, grants: Grants): ServiceIdentity {
  const { act, sid, preferred_username: name = "" } = claims;
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
    scopes: narrowed(grants.scopes, claims.scope),
    // A person signed in (sid), or handed the token to an actor (RFC 8693 §4.1).
    human: isPerson ? person : "unknown",
  };
}

/** A token that was asked for with scopes of ours has no more than these of what its roles give. */
function narrowed(scopes: ReadonlySet<Scope>, scope = ""): ReadonlySet<Scope> {
  const asked = scope.split(" ").filter(isScope);
  return asked.length === 0 ? scopes : new Set(asked.filter((each) => scopes.has(each)));
}
