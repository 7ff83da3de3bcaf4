import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTransitKey } from "#server/embedded/demo/ensure-transit.ts";
import { ensureDatabase } from "#server/embedded/demo/role-pair.ts";
import { seedDatabasePair } from "#server/embedded/demo/seed-rotation.ts";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import { type ProbeResult, probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { identityFile } from "#test/isolation/identity-file.ts";

/** A vault in its own process, and a tenant whose pairs of roles live in a database of their own. */
export interface RotationFixture {
  tenant: AuthorizedTenantId;
  vault: SpawnedVault;
  client: OpenBaoClient;
  target: { host: string; port: number; database: string; tls: "disable" };
  /** What a worker process needs besides the environment of the test file. */
  env: Record<string, string>;
  /** A secret in KV v2, version 1, that `kv-generated` rotates. */
  newSecret(options?: {
    graceSeconds?: number;
    fields?: Record<string, string>;
    keep?: string[];
  }): Promise<{ bindingId: string; path: string }>;
  /** A transit key, version 1, that `openbao-transit` rotates. */
  newKey(options?: {
    graceSeconds?: number;
    type?: string;
    trim?: boolean;
  }): Promise<{ bindingId: string; key: string }>;
  newPair(graceSeconds?: number, throughPort?: number): Promise<Pair>;
  /** Something that ends with it. */
  alsoStop(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

export interface Pair {
  bindingId: string;
  path: string;
  roles: readonly [string, string];
  /** The main path's login, now or at a version. */
  login(version?: number): Promise<TargetLogin>;
  probe(login: TargetLogin): Promise<ProbeResult>;
}

export async function rotationFixture(): Promise<RotationFixture> {
  const directory = mkdtempSync(join(tmpdir(), "rotation-vault-"));
  const vault = await spawnVault(directory);
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8"));
  const client = new OpenBaoClient({ address: vault.address, token });
  const { cluster, urls } = fileDatabase();
  const database = `demo_${randomBytes(6).toString("hex")}`;
  const adminUrl = urls.superuser;
  await ensureDatabase(adminUrl, database);
  const target = { host: "127.0.0.1", port: cluster.port, database, tls: "disable" } as const;
  const tenant = await newTenant("rotation");
  const others: (() => Promise<void>)[] = [];
  return {
    tenant,
    vault,
    client,
    target,
    env: {
      OPENBAO_ADDR: vault.address,
      OPENBAO_TOKEN_FILE: vault.tokenFile,
      IDENTITY_CONFIG: identityOfNobody(directory),
    },
    async newPair(graceSeconds = 0, throughPort = target.port) {
      const name = `db-${randomBytes(5).toString("hex")}`;
      const seed = { tenant, kv: client.kv, adminUrl, graceSeconds };
      const { bindingId } = await seedDatabasePair(
        seed,
        { ...target, port: throughPort },
        {
          name,
          environment: "test",
          owner: "tests",
        },
      );
      const path = `${tenant}/test/${name}`;
      return {
        bindingId,
        path,
        roles: [`${tenant}-test-${name}-a`, `${tenant}-test-${name}-b`],
        async login(version = 0) {
          const found = await readDatabaseCredential(client.kv, path, version);
          if (found.kind !== "found") throw new Error(`${path} is ${found.kind}`);
          return found.credential;
        },
        probe: (login) => probeLogin(target, login),
      };
    },
    async newSecret({ graceSeconds = 0, fields = {}, keep = Object.keys(fields) } = {}) {
      const name = `token-${randomBytes(5).toString("hex")}`;
      const path = `${tenant}/test/${name}`;
      const value = randomBytes(24).toString("hex");
      const all = Object.entries({ ...fields, value });
      const wrapped = Object.fromEntries(all.map(([key, text]) => [key, SecretValue.of(text)]));
      await client.kv.write(path, wrapped, 0);
      const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
        name,
        class: "api-token",
        environment: "test",
        store: "openbao",
        path,
        owner: "tests",
        rotator: { kind: "kv-generated", field: "value", bytes: 32, keep },
        currentVersion: 1,
        graceSeconds,
        lastRotatedAt: new Date(),
      });
      return { bindingId, path };
    },
    async newKey({ graceSeconds = 0, type = "ed25519", trim = false } = {}) {
      const name = `key-${randomBytes(5).toString("hex")}`;
      await ensureTransitKey({ client, address: vault.address, token }, { name, type });
      const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
        name,
        class: "signing-key",
        environment: "test",
        store: "openbao",
        path: `transit/keys/${name}`,
        owner: "tests",
        rotator: { kind: "openbao-transit", mount: "transit", key: name, trim },
        currentVersion: 1,
        graceSeconds,
        lastRotatedAt: new Date(),
      });
      return { bindingId, key: name };
    },
    alsoStop(stop) {
      others.push(stop);
    },
    async stop() {
      for (const stop of others) await stop();
      await client.close();
      await vault.stop();
      rmSync(directory, { recursive: true, force: true });
      await asSuperuser(`DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

/** A worker of every loop reads whose tokens are taken; here that is somebody else's realm. */
function identityOfNobody(directory: string): string {
  const file = join(directory, "identity.json");
  writeFileSync(file, identityFile(["nobody"]));
  return file;
}
