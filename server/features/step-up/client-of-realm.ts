import "server-only";
import { clientSecretOf, type RealmConfig } from "#server/features/identity/index.ts";
import type { ConfidentialClient } from "#server/integrations/keycloak/basic-authorization.ts";
import { identityProviderUnavailable } from "#server/integrations/keycloak/issuer.ts";

/** The console as the realm's client. Throws `unavailable` when its secret can't be read. */
export function clientOfRealm(realm: RealmConfig): ConfidentialClient {
  const { issuer, clientId } = realm;
  try {
    return { issuer, clientId, clientSecret: clientSecretOf(realm) };
  } catch (cause) {
    throw identityProviderUnavailable(cause);
  }
}
