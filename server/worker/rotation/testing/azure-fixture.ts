import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { type KeyVaultStore, keyVaultStore } from "#server/worker/stores/worker-stores.ts";
import { staticCredential } from "#test/contract/key-vault/key-vault-peer.ts";
import { startWireServer } from "#test/contract/key-vault/wire-server.ts";

/** A Key Vault, and the managed identity that a worker gets its token from, as App Service gives it. */
export interface AzureFixture {
  keyVault: KeyVaultStore;
  /** What a worker process needs to reach it. */
  env: Record<string, string>;
  /** A key, version 1, that `azure-key` rotates. */
  newKey(options?: { graceSeconds?: number; type?: "EC" | "RSA" }): Promise<Bound>;
  /** A secret, version 1, that `azure-secret` rotates. */
  newSecret(options?: { graceSeconds?: number; value?: string }): Promise<Bound>;
  stop(): Promise<void>;
}

export interface Bound {
  bindingId: string;
  name: string;
}

export async function azureFixture(tenant: AuthorizedTenantId): Promise<AzureFixture> {
  const wire = await startWireServer();
  const identity = await managedIdentity(wire.token);
  const directory = mkdtempSync(join(tmpdir(), "azure-"));
  const caFile = join(directory, "ca.pem");
  writeFileSync(caFile, wire.ca);
  const credential = staticCredential(wire.token);
  const keyVault = keyVaultStore({ vaultUrl: wire.url, ca: wire.ca, credential });
  const name = () => `it-${randomBytes(5).toString("hex")}`;
  const bind = async (
    about: { name: string; graceSeconds: number },
    how:
      | { class: "signing-key"; rotator: { kind: "azure-key"; key: string } }
      | { class: "api-token"; rotator: { kind: "azure-secret"; secret: string; bytes: number } },
  ) => {
    const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
      ...about,
      ...how,
      environment: "test",
      store: "azure-key-vault",
      path: `${how.rotator.kind}/${about.name}`,
      owner: "tests",
      currentVersion: 1,
      lastRotatedAt: new Date(),
    });
    return { bindingId, name: about.name };
  };
  return {
    keyVault,
    env: { ...identity.env, AZURE_KEYVAULT_URL: wire.url, NODE_EXTRA_CA_CERTS: caFile },
    async newKey({ graceSeconds = 0, type = "EC" } = {}) {
      const key = name();
      const operations = type === "EC" ? ["sign", "verify"] : ["wrapKey", "unwrapKey"];
      const like = { type, curve: type === "EC" ? "P-256" : null, bits: null, operations };
      await keyVault.keys.createVersion(key, { rotationId: "first", like });
      const rotator = { kind: "azure-key", key } as const;
      return bind({ name: key, graceSeconds }, { class: "signing-key", rotator });
    },
    async newSecret({ graceSeconds = 0, value = randomBytes(24).toString("hex") } = {}) {
      const secret = name();
      await keyVault.secrets.set(secret, SecretValue.of(value), { rotationId: "first" });
      const rotator = { kind: "azure-secret", secret, bytes: 32 } as const;
      return bind({ name: secret, graceSeconds }, { class: "api-token", rotator });
    },
    async stop() {
      await identity.stop();
      await wire.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The endpoint of a managed identity: gives a token to who knows the header (App Service's protocol). */
export async function managedIdentity(token: string) {
  const secret = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://identity.test");
    const resource = searchParams.get("resource");
    const isAllowed = request.headers["x-identity-header"] === secret && resource;
    response.writeHead(isAllowed ? 200 : 401, { "content-type": "application/json" });
    const expires_on = String(Math.floor(Date.now() / 1000) + 3_600);
    const answer = { access_token: token, expires_on, resource, token_type: "Bearer" };
    response.end(JSON.stringify(isAllowed ? answer : { error: "unauthorized" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: secret },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
