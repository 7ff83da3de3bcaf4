import type { RegisteredClient } from "./client-registry.ts";

/** Keycloak's name for the user that stands for a client. */
export const SERVICE_ACCOUNT = "service-account-";

/** The id of the user that stands for a client. */
export function serviceAccountId({ id }: RegisteredClient): string {
  return `${SERVICE_ACCOUNT}${id}`;
}

/**
 * What a token of a client itself carries, as Keycloak's default scopes and mappers put it there: the
 * account's name and present roles, and in the audience whatever it has roles of, besides what its
 * audience mappers add.
 */
export function serviceAccountClaims(
  client: RegisteredClient,
  isBound: boolean,
): Record<string, unknown> {
  const { apiRoles = [], audiences = [] } = client;
  const aud = [...(apiRoles.length > 0 ? ["runtime-api"] : []), ...audiences];
  return {
    sub: serviceAccountId(client),
    preferred_username: `${SERVICE_ACCOUNT}${client.clientId}`,
    azp: client.clientId,
    typ: isBound ? "DPoP" : "Bearer",
    ...(aud.length > 0 ? { aud: aud.length === 1 ? aud[0] : aud } : {}),
    ...(apiRoles.length > 0 ? { resource_access: { "runtime-api": { roles: apiRoles } } } : {}),
  };
}
