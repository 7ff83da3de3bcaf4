import type { RealmUser } from "./realm.ts";

/** A user's claims as Keycloak puts them into tokens of our generated client (realm-mappers.ts). */
export function claimsOf(user: RealmUser): Record<string, unknown> {
  const { tenants, demo } = user.attributes;
  return {
    preferred_username: user.username,
    resource_access: { "runtime-api": { roles: user.clientRoles["runtime-api"] } },
    ...(user.realmRoles.length > 0 ? { realm_access: { roles: user.realmRoles } } : {}),
    ...(tenants ? { tenants } : {}),
    ...(demo?.[0] ? { demo: demo[0] } : {}),
  };
}

/** Claim names by scope, for the provider's filter. */
export const CLAIMS_BY_SCOPE = {
  openid: ["sub", "acr", "auth_time", "sid", "resource_access", "realm_access", "tenants", "demo"],
  profile: ["preferred_username", "name"],
  email: ["email"],
};
