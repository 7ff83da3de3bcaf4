import type { JWK } from "jose";
import Provider, { type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import { PASSWORD_ACR, SECOND_FACTOR_ACR } from "../../features/identity/realms/realm-step-up.ts";
import { SCOPES as RUNTIME_SCOPES } from "../../platform/authz/scopes.ts";
import { CLAIMS_BY_SCOPE, claimsOf } from "./claims.ts";
import type { ClientRegistry } from "./client-registry.ts";
import { errorPage } from "./pages.ts";
import type { Realm } from "./realm.ts";
import { serviceAccountClaims } from "./service-account.ts";
import type { RealmStore } from "./store.ts";
import type { RealmUsers } from "./users.ts";

export const AUTHORITY = "/protocol/openid-connect";
const RESOURCE = "urn:sovereign-console:runtime-api";
const SCOPES = ["openid", "profile", "email"];
/** Optional client scopes by which a client asks for less than its roles give. */
const API_SCOPES = Object.keys(RUNTIME_SCOPES);

export interface ProviderParts {
  realm: Realm;
  issuer: string;
  users: RealmUsers;
  store: RealmStore;
  registry: ClientRegistry;
  key: JWK;
  cookieSecret: string;
}

/** One OpenID provider for one realm, with Keycloak's paths, lifetimes and claims. */
export function realmProvider(parts: ProviderParts): Provider {
  const provider = new Provider(parts.issuer, configuration(parts));
  acceptRotatedSecrets(provider, parts.registry);
  provider.on("server_error", (_context, error) => {
    process.stderr.write(`dev-idp ${parts.realm.realm}: ${error.name}: ${error.message}\n`);
  });
  return provider;
}

function configuration(parts: ProviderParts): Configuration {
  const { realm, issuer, users, store, registry } = parts;
  return {
    adapter: (model) => (model === "Client" ? registry.adapter() : store.adapter(model)),
    clients: clients(realm),
    jwks: { keys: [parts.key] } as Configuration["jwks"],
    claims: CLAIMS_BY_SCOPE,
    scopes: [...SCOPES, ...API_SCOPES, "offline_access"],
    conformIdTokenClaims: false,
    acrValues: [PASSWORD_ACR, SECOND_FACTOR_ACR],
    cookies: cookies(realm.realm, parts.cookieSecret),
    routes: {
      authorization: `${AUTHORITY}/auth`,
      token: `${AUTHORITY}/token`,
      jwks: `${AUTHORITY}/certs`,
      userinfo: `${AUTHORITY}/userinfo`,
      pushed_authorization_request: `${AUTHORITY}/ext/par/request`,
      revocation: `${AUTHORITY}/revoke`,
    },
    discovery: {
      end_session_endpoint: `${issuer}${AUTHORITY}/logout`,
      introspection_endpoint: `${issuer}${AUTHORITY}/token/introspect`,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: [...SCOPES, ...API_SCOPES].join(" "),
          audience: "runtime-api",
          accessTokenFormat: "jwt",
          accessTokenTTL: realm.accessTokenLifespan,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    ttl: {
      AccessToken: realm.accessTokenLifespan,
      AuthorizationCode: 60,
      IdToken: realm.accessTokenLifespan,
      Interaction: 30 * 60,
      RefreshToken: realm.ssoSessionIdleTimeout,
      Session: realm.ssoSessionMaxLifespan,
      Grant: realm.ssoSessionMaxLifespan,
    },
    interactions: {
      url: (_context, interaction) =>
        `/realms/${realm.realm}/login-actions/authenticate?execution=${interaction.uid}`,
    },
    findAccount: (_context, subject) => {
      const user = users.find(subject);
      if (!user?.enabled) return undefined;
      return { accountId: user.id, claims: async () => ({ sub: user.id, ...claimsOf(user) }) };
    },
    loadExistingGrant: (context) => grantEverything(context),
    extraTokenClaims: (context, token) => {
      const user = "accountId" in token ? users.find(token.accountId) : undefined;
      if (!user) return undefined;
      const {
        Session: session,
        RefreshToken: refresh,
        AuthorizationCode: code,
      } = context.oidc.entities;
      const source = refresh ?? code;
      return {
        ...claimsOf(user),
        typ: "Bearer",
        azp: token.clientId,
        sid: source?.sid ?? session?.sidFor(token.clientId ?? ""),
        acr: source?.acr,
        auth_time: source?.authTime,
      };
    },
    formats: {
      customizers: {
        // The library gives a client's own token the client's id as subject and one audience.
        jwt: (_context, token, { payload }) => {
          if (token.kind !== "ClientCredentials") return;
          const client = registry.list().find(({ clientId }) => clientId === token.clientId);
          if (!client || !payload) return;
          const isBound = Boolean((payload.cnf as { jkt?: string } | undefined)?.jkt);
          Object.assign(payload, serviceAccountClaims(client, isBound));
        },
      },
    },
    renderError: (context, out) => {
      context.type = "html";
      context.body = errorPage(realm.displayName, String(out.error_description ?? out.error));
    },
    // The library refuses sockets to loopback, which is where a development console listens.
    fetch: (url, options) => {
      const { dispatcher: _refused, ...rest } = options as RequestInit & { dispatcher?: unknown };
      return fetch(url, rest);
    },
  };
}

function clients(realm: Realm): NonNullable<Configuration["clients"]> {
  return realm.clients.flatMap((client) =>
    client.secret === undefined
      ? []
      : [
          {
            client_id: client.clientId,
            client_secret: client.secret,
            redirect_uris: client.redirectUris,
            grant_types: client.serviceAccountsEnabled
              ? ["client_credentials"]
              : ["authorization_code", "refresh_token"],
            response_types: client.serviceAccountsEnabled ? [] : ["code" as const],
            backchannel_logout_uri: client.attributes["backchannel.logout.url"],
            backchannel_logout_session_required: true,
          },
        ],
  );
}

/** As in Keycloak, the secret before is as good as the present one until it ends. */
function acceptRotatedSecrets(provider: Provider, registry: ClientRegistry): void {
  const client = provider.Client.prototype as unknown as {
    compareClientSecret(this: { clientId: string }, actual: string): unknown;
  };
  const usual = client.compareClientSecret;
  client.compareClientSecret = function compare(actual) {
    return registry.accepts(this.clientId, actual) ?? usual.call(this, actual);
  };
}

function cookies(realm: string, secret: string): Configuration["cookies"] {
  const options = {
    path: `/realms/${realm}/`,
    httpOnly: true,
    sameSite: "lax",
    signed: true,
  } as const;
  return {
    keys: [secret],
    names: {
      session: `IDP_SESSION_${realm}`,
      interaction: `IDP_LOGIN_${realm}`,
      resume: `IDP_RESUME_${realm}`,
    },
    long: options,
    short: options,
  };
}

/** The console is the realm's own client: nobody is asked for consent. */
async function grantEverything(context: KoaContextWithOIDC) {
  const { client, session, provider } = context.oidc;
  if (!client || !session?.accountId) return undefined;
  const known = session.grantIdFor(client.clientId);
  const found = known ? await provider.Grant.find(known) : undefined;
  if (found) return found;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope([...SCOPES, "offline_access"].join(" "));
  grant.addResourceScope(RESOURCE, SCOPES.join(" "));
  await grant.save();
  return grant;
}
