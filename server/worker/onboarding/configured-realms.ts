import "server-only";
import { readFileSync } from "node:fs";
import { KeycloakRealms } from "#server/integrations/keycloak-admin/realms.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { workerEnv } from "../worker-env.ts";

/** The Keycloak where the console may make realms; null without REALM_ADMIN_URL. Throws on half of it. */
export function configuredRealms(): KeycloakRealms | null {
  const settings = workerEnv();
  const url = settings.REALM_ADMIN_URL;
  if (!url) return null;
  const isProduction = env().CONSOLE_MODE === "production";
  if (isProduction && !url.startsWith("https://")) {
    throw new Error("REALM_ADMIN_URL: production needs https://");
  }
  const secretIn = (file: string) => SecretValue.of(readFileSync(file, "utf8").trim());
  const { REALM_ADMIN_TOKEN_FILE: tokenFile, REALM_ADMIN_SECRET_FILE: secretFile } = settings;
  if (secretFile) {
    const token = serviceAccountToken({
      tokenEndpoint: `${url.replace(/\/+$/, "")}/realms/${settings.REALM_ADMIN_REALM}/protocol/openid-connect/token`,
      clientId: settings.REALM_ADMIN_CLIENT_ID,
      clientSecret: async () => secretIn(secretFile),
    });
    return new KeycloakRealms({ url, token });
  }
  if (!tokenFile || isProduction) {
    throw new Error(
      "REALM_ADMIN_URL needs REALM_ADMIN_SECRET_FILE, the secret of a client that may make realms",
    );
  }
  return new KeycloakRealms({ url, token: async () => secretIn(tokenFile) });
}
