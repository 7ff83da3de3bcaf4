import "server-only";
import { readFileSync } from "node:fs";
import type { RealmConfig } from "#server/features/identity/config.ts";
import { API_CLIENT } from "#server/features/identity/realms/realm-file.ts";
import { KeycloakDirectory } from "#server/integrations/keycloak-admin/directory.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

/** The directory of a realm, asked as the console's own account; null where none is configured. */
export function realmDirectory({
  issuer,
  realm,
  directory,
}: RealmConfig): KeycloakDirectory | null {
  const ending = `/realms/${realm}`;
  if (!directory || !issuer.endsWith(ending)) return null;
  const { clientId, clientSecretFile } = directory;
  const token = serviceAccountToken({
    tokenEndpoint: `${issuer}/protocol/openid-connect/token`,
    clientId,
    // Read anew for each login, so that it can be rotated on disk.
    clientSecret: async () => SecretValue.of(readFileSync(clientSecretFile, "utf8").trim()),
  });
  const url = issuer.slice(0, -ending.length);
  return new KeycloakDirectory({ url, realm, roleClient: API_CLIENT, token });
}
