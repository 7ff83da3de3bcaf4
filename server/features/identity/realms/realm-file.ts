import { createHash } from "node:crypto";
import { ROLE_SCOPES, ROLES, type Role } from "../../../platform/authz/scopes.ts";
import {
  DEMO_CLIENT_SECRET,
  DEMO_PASSWORD,
  type DemoSovereign,
  SECOND_SOVEREIGN_ADMIN,
  SOVEREIGN_REALM,
  SOVEREIGN_REALM_ROLES,
  TENANT_REALM_ROLES,
} from "./demo-sovereigns.ts";
import { CONSOLE_MAPPERS } from "./realm-mappers.ts";
import { demoOtpCredential, LEVELS_ATTRIBUTE, STEP_UP_FLOWS } from "./realm-step-up.ts";
import { USER_PROFILE } from "./realm-user-profile.ts";

export const CONSOLE_CLIENT = "sovereign-console";
export const API_CLIENT = "runtime-api";
/** The service account that reads who has which role, for access reviews. */
/** The realm role that a grant of elevation may be projected to; means nothing to the console itself. */
export const ELEVATED_ROLE = "elevated-production";
export const DIRECTORY_CLIENT = "console-directory";

/**
 * Keycloak fills `${VARIABLE:default}` from its environment when it imports a realm.
 * The defaults suit a demo on one machine only.
 */
const CONSOLE_URL = `\${CONSOLE_URL:http://localhost:3000}`;
const CLIENT_SECRET = `\${SOVEREIGN_CONSOLE_CLIENT_SECRET:${DEMO_CLIENT_SECRET}}`;
const DIRECTORY_SECRET = `\${SOVEREIGN_CONSOLE_DIRECTORY_SECRET:${DEMO_CLIENT_SECRET}}`;

export interface RealmFile {
  /** Path below `deploy/keycloak/`. */
  readonly path: string;
  readonly content: string;
}

/** The realm files of a demo Sovereign: one for each tenant, one for the Sovereign itself. */
export function realmFiles(sovereign: DemoSovereign): RealmFile[] {
  const realms = [
    ...sovereign.tenants.map((tenant) =>
      realmRepresentation(sovereign, tenant.id, tenant.displayName, TENANT_REALM_ROLES),
    ),
    realmRepresentation(
      sovereign,
      SOVEREIGN_REALM,
      `${sovereign.displayName} Sovereign`,
      SOVEREIGN_REALM_ROLES,
    ),
  ];
  return realms.map((content) => ({
    path: `${sovereign.topology}/realm-${content.realm}.json`,
    content: `${JSON.stringify(content, null, 2)}\n`,
  }));
}

/** One realm as Keycloak imports it, with a demo user for each of the roles. */
export function realmRepresentation(
  sovereign: DemoSovereign,
  name: string,
  displayName: string,
  demoRoles: readonly Role[],
) {
  return {
    realm: name,
    displayName,
    enabled: true,
    sslRequired: "external",
    registrationAllowed: false,
    resetPasswordAllowed: false,
    rememberMe: false,
    loginWithEmailAllowed: false,
    duplicateEmailsAllowed: false,
    editUsernameAllowed: false,
    bruteForceProtected: true,
    passwordPolicy: "length(12)",
    accessTokenLifespan: 15 * 60,
    ssoSessionIdleTimeout: 30 * 60,
    ssoSessionMaxLifespan: 10 * 60 * 60,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    attributes: LEVELS_ATTRIBUTE,
    ...STEP_UP_FLOWS,
    roles: {
      realm: [
        {
          name: ELEVATED_ROLE,
          description:
            "Given by the console while somebody's elevation is live, and taken away after",
          composite: false,
          clientRole: false,
        },
      ],
      client: {
        [API_CLIENT]: ROLES.map((role) => ({
          name: role,
          description: roleDescription(role),
          composite: false,
          clientRole: true,
        })),
      },
    },
    clients: [apiClient(), consoleClient(name), directoryClient()],
    clientScopeMappings: { [API_CLIENT]: [{ client: CONSOLE_CLIENT, roles: [...ROLES] }] },
    users: [
      ...demoRoles.map((role) => demoUser(sovereign, name, role)),
      ...(name === SOVEREIGN_REALM
        ? [demoUser(sovereign, name, "sovereign-admin", SECOND_SOVEREIGN_ADMIN)]
        : []),
      directoryAccount(),
    ],
    components: {
      "org.keycloak.userprofile.UserProfileProvider": [
        {
          providerId: "declarative-user-profile",
          subComponents: {},
          config: { "kc.user.profile.config": [JSON.stringify(USER_PROFILE)] },
        },
      ],
    },
  };
}

/** A role attribute of Keycloak holds at most 255 characters, so the scopes are counted, not listed. */
function roleDescription(role: Role): string {
  return `Sovereign Console role with ${ROLE_SCOPES[role].length} scopes (server/platform/authz/scopes.ts)`;
}

function apiClient() {
  return {
    clientId: API_CLIENT,
    name: "Sovereign Console runtime API",
    description: "Audience of access tokens; owns the console's roles. Nobody signs in to it.",
    enabled: true,
    bearerOnly: true,
    publicClient: false,
    standardFlowEnabled: false,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    protocol: "openid-connect",
  };
}

function consoleClient(realmName: string) {
  return {
    clientId: CONSOLE_CLIENT,
    name: "Sovereign Console",
    enabled: true,
    protocol: "openid-connect",
    publicClient: false,
    bearerOnly: false,
    clientAuthenticatorType: "client-secret",
    secret: CLIENT_SECRET,
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    consentRequired: false,
    frontchannelLogout: false,
    fullScopeAllowed: false,
    rootUrl: CONSOLE_URL,
    baseUrl: "/",
    redirectUris: [
      `${CONSOLE_URL}/api/auth/callback/kc-${realmName}`,
      `${CONSOLE_URL}/api/auth/step-up/kc-${realmName}`,
    ],
    webOrigins: [],
    attributes: {
      "pkce.code.challenge.method": "S256",
      "backchannel.logout.url": `${CONSOLE_URL}/api/auth/backchannel-logout/${realmName}`,
      "backchannel.logout.session.required": "true",
      "backchannel.logout.revoke.offline.tokens": "true",
      "post.logout.redirect.uris": `${CONSOLE_URL}/sign-in`,
      "use.refresh.tokens": "true",
    },
    protocolMappers: CONSOLE_MAPPERS,
    defaultClientScopes: ["basic", "acr", "profile", "roles", "web-origins"],
    optionalClientScopes: [],
  };
}

/** Nobody signs in to it; its account may look at users and take roles away, and nothing else. */
function directoryClient() {
  return {
    ...apiClient(),
    clientId: DIRECTORY_CLIENT,
    name: "Sovereign Console directory",
    description: "Reads who has which role, for access reviews.",
    bearerOnly: false,
    clientAuthenticatorType: "client-secret",
    secret: DIRECTORY_SECRET,
    serviceAccountsEnabled: true,
  };
}

function directoryAccount() {
  return {
    username: `service-account-${DIRECTORY_CLIENT}`,
    enabled: true,
    serviceAccountClientId: DIRECTORY_CLIENT,
    clientRoles: {
      "realm-management": ["view-users", "query-users", "view-clients", "manage-users"],
    },
  };
}

/** The subject of a demo user, whichever provider the realm was imported into. */
export function demoUserId(sovereign: string, realmName: string, username: string): string {
  return stableId(`${sovereign}/${realmName}/${username}`);
}

function demoUser(
  sovereign: DemoSovereign,
  realmName: string,
  role: Role,
  username: string = role,
) {
  const id = demoUserId(sovereign.name, realmName, username);
  return {
    id,
    username,
    enabled: true,
    emailVerified: false,
    attributes: {
      demo: ["true"],
      ...(realmName === SOVEREIGN_REALM ? { tenants: tenantsOf(sovereign, role) } : {}),
    },
    credentials: [
      { type: "password", userLabel: "demo", value: DEMO_PASSWORD, temporary: false },
      demoOtpCredential(id),
    ],
    requiredActions: [],
    clientRoles: { [API_CLIENT]: [role] },
  };
}

/** A platform-operator works in the Sovereign's own context only (issue "Identity"). */
function tenantsOf(sovereign: DemoSovereign, role: Role): string[] {
  if (role === "platform-operator") return [sovereign.name];
  return [sovereign.name, ...sovereign.tenants.map((tenant) => tenant.id)];
}

/** The same id on every run (RFC 9562 version 8), so that a subject survives a new import. */
function stableId(name: string): string {
  const hex = createHash("sha256").update(`sovereign-console demo user ${name}`).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
