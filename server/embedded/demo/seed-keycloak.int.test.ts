import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureSovereign, ensureTenant } from "#server/features/tenants/bootstrap.ts";
import { probeClientSecret } from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type DevIdp, startDevIdp } from "../idp/testing/start-dev-idp.ts";
import { type SpawnedVault, spawnVault } from "../vault/spawn-vault.ts";
import { seedDemoKeycloak } from "./seed-keycloak.ts";

const TENANT = "acme-shop";
const folder = mkdtempSync(join(tmpdir(), "seed-keycloak-"));
let vault: SpawnedVault;
let idp: DevIdp;
let client: OpenBaoClient;

beforeAll(async () => {
  vault = await spawnVault(join(folder, "vault"));
  idp = await startDevIdp({ folder: join(folder, "idp"), consoleUrl: "http://localhost:1" });
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8"));
  client = new OpenBaoClient({ address: vault.address, token });
  await ensureSovereign(env().SOVEREIGN, "The Sovereign");
  await ensureTenant(TENANT, "Acme Shop");
}, 120_000);

afterAll(async () => {
  await client?.close();
  await idp?.stop();
  await vault?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const bindings = () =>
  asSuperuser<{ rotator: { clientId: string }; path: string; current_version: number }>(
    "SELECT rotator, path, current_version FROM secret_binding WHERE tenant_id = $1 AND rotator ->> 'kind' = 'keycloak-client-secret'",
    [TENANT],
  );

test("the demo's client has its secret in the vault, and a second start changes nothing", async () => {
  await seedDemoKeycloak(TENANT, client.kv, idp.identityFile);
  const [found, ...more] = await bindings();
  expect(more).toEqual([]);
  expect(found).toMatchObject({ path: "acme-shop/prod/storefront-client", current_version: 1 });
  await seedDemoKeycloak(TENANT, client.kv, idp.identityFile);
  expect(await bindings()).toEqual([found]);
  const kept = await client.kv.read("acme-shop/prod/storefront-client");
  if (kept.kind !== "found" || !kept.fields.client_secret) throw new Error("there is no secret");
  const probed = {
    tokenEndpoint: `${idp.url}/realms/${TENANT}/protocol/openid-connect/token`,
    clientId: "storefront-client",
  };
  expect(await probeClientSecret(probed, kept.fields.client_secret)).toBe("accepted");
}, 120_000);

test("where another identity provider is configured nothing is made", async () => {
  const before = await bindings();
  await seedDemoKeycloak(TENANT, client.kv, join(folder, "elsewhere", "identity.json"));
  expect(await bindings()).toEqual(before);
});
