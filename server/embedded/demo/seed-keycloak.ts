import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { IdentityConfigSchema } from "#server/features/identity/config.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { ensureClientRotation, ensureClientSecret } from "./ensure-keycloak-client.ts";

const GRACE_SECONDS = 20;
const CLIENT = "storefront-client";

/**
 * A client of the tenant's realm whose secret really rotates. Only for the development identity
 * provider, whose administrator's token lies beside its identity file; doing it again changes nothing.
 */
export async function seedDemoKeycloak(
  tenant: string,
  kv: KvV2,
  identityFile: string,
): Promise<void> {
  const tokenFile = join(dirname(identityFile), "admin-token");
  if (!existsSync(tokenFile)) return;
  const config = IdentityConfigSchema.parse(JSON.parse(readFileSync(identityFile, "utf8")));
  const found = config.realms.find(
    ({ binding }) => binding.kind === "tenant" && binding.tenant === tenant,
  );
  if (!found) return;
  const { realm } = found;
  const url = found.issuer.slice(0, -`/realms/${realm}`.length);
  const token = SecretValue.of(readFileSync(tokenFile, "utf8").trim());
  const seed = { url, realm, token, kv };
  const accountPath = `${tenant}/rotators/keycloak`;
  await ensureClientRotation(seed, { accountPath, graceSeconds: 3_600 });
  const path = `${tenant}/prod/${CLIENT}`;
  const version = await ensureClientSecret(seed, { clientId: CLIENT, path });
  await runVerb(bindSecret, systemCaller(tenant, "demo-seed"), {
    name: CLIENT,
    class: "oauth-client-secret",
    environment: "prod",
    store: "openbao",
    path,
    owner: "team-storefront",
    rotator: {
      kind: "keycloak-client-secret",
      url,
      realm,
      clientId: CLIENT,
      field: "client_secret",
      keep: [],
      accountPath,
      withoutGrace: false,
    },
    currentVersion: version,
    graceSeconds: GRACE_SECONDS,
    lastRotatedAt: new Date(Date.now() - 84 * 86_400_000),
  });
}
