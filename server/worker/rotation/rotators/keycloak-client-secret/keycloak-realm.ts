import "server-only";
import type { KeycloakClientSecret } from "#server/features/rotation/schema.ts";
import { KeycloakClientSecrets } from "#server/integrations/keycloak-admin/client-secrets.ts";
import type { ProbedClient } from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import type { OutsideCall } from "../../outside.ts";
import { ValueMissingError } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";

/** The realm of a client, asked as the account that the vault keeps for it. */
export function keycloakRealm(run: RotationRun, settings: KeycloakClientSecret) {
  const { url, realm, clientId, accountPath } = settings;
  const base = url.replace(/\/+$/, "");
  const tokenEndpoint = `${base}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`;
  let connected: KeycloakClientSecrets | null = null;

  async function connect(): Promise<KeycloakClientSecrets> {
    if (connected) return connected;
    const found = await run.outside("vault.read-account", () => run.kv.read(accountPath));
    if (found.kind !== "found") throw new ValueMissingError("Keycloak account", found.kind);
    const { client_id: id, client_secret: secret } = found.fields;
    if (!id || !secret) throw new ValueMissingError("Keycloak account", "incomplete");
    const account = { tokenEndpoint, clientId: id.reveal(), clientSecret: async () => secret };
    connected = new KeycloakClientSecrets({
      url: base,
      realm,
      token: serviceAccountToken(account),
    });
    return connected;
  }

  return {
    client: { tokenEndpoint, clientId } satisfies ProbedClient,

    /** One act at the admin API. */
    async ask<T>(
      call: OutsideCall,
      question: (secrets: KeycloakClientSecrets) => Promise<T>,
    ): Promise<T> {
      const secrets = await connect();
      return run.outside(call, () => question(secrets));
    },
  };
}
