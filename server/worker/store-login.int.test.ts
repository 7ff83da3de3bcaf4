import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedWorkerLogin } from "#server/embedded/demo/seed-worker-login.ts";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import type { Login } from "#server/integrations/openbao/login.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { parseEnv } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { environment } from "#test/fixtures/environment.ts";
import { storeOptions } from "./store-login.ts";

let directory: string;
let vault: SpawnedVault;
let root: OpenBaoClient;
let jwtFile: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "store-login-"));
  vault = await spawnVault(directory);
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8").trim());
  root = new OpenBaoClient({ address: vault.address, token });
  jwtFile = join(directory, "worker.jwt");
  await seedWorkerLogin({ client: root, address: vault.address, token }, ["acme"], jwtFile);
});
afterAll(async () => {
  await root.close();
  await vault.stop();
  rmSync(directory, { recursive: true, force: true });
});

const settings = (changes: Record<string, string | undefined> = {}) =>
  parseEnv(
    environment({
      OPENBAO_AUTH: "jwt",
      OPENBAO_ROLE: "sovereign-console",
      OPENBAO_JWT_FILE: jwtFile,
      OPENBAO_TOKEN_FILE: undefined,
      ...changes,
    }),
  );
const value = { value: SecretValue.of("x") };

/** A worker's client, and what it told of its logins. */
async function worker(changes: Record<string, string | undefined> = {}) {
  const told: (Login | OpenBaoError)[] = [];
  const report = (_address: string, outcome: Login | OpenBaoError) => void told.push(outcome);
  const client = new OpenBaoClient(await storeOptions(vault.address, report, settings(changes)));
  return { client, told };
}

test("without any static token it reaches its tenants' secrets, and nobody else's", async () => {
  await root.kv.write("other/db", value, 0);
  const { client, told } = await worker();
  expect(await client.kv.write("acme/prod/db", value, 0)).toBe(1);
  expect((await client.kv.read("acme/prod/db")).kind).toBe("found");
  await client.kv.destroyVersions("acme/prod/db", [1]);
  expect(await client.kv.list("acme/prod")).toEqual(["db"]);
  for (const refused of [client.kv.read("other/db"), client.kv.write("other/db", value, 1)]) {
    await expect(refused).rejects.toMatchObject({ failure: "permission_denied" });
  }
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ ttlSeconds: 900 });
  await client.close();
});

test("a token that was revoked before its time is replaced; a new one that is refused is not", async () => {
  const { client, told } = await worker();
  await client.kv.list("acme");
  const options = await storeOptions(vault.address, undefined, settings());
  await expect(client.kv.read("other/db")).rejects.toMatchObject({ failure: "permission_denied" });
  expect(told).toHaveLength(1);
  expect(typeof options.token).toBe("function");
  await client.revokeSelf();
  // Too new to be replaced at once: no storm of logins against a store that says no.
  await expect(client.kv.list("acme")).rejects.toMatchObject({ failure: "permission_denied" });
  expect(told).toHaveLength(1);
  await client.close();
});

test("an identity that is wrong, or can't be read, is a refusal with its reason", async () => {
  const wrong = join(directory, "wrong.jwt");
  writeFileSync(wrong, "not.a.token");
  for (const [changes, text] of [
    [{ OPENBAO_JWT_FILE: wrong }, "OpenBao jwt login: permission_denied (HTTP 400)"],
    [
      { OPENBAO_JWT_FILE: join(directory, "absent") },
      "OpenBao jwt login: permission_denied (our identity can't be read)",
    ],
    [{ OPENBAO_ROLE: "nobody" }, "OpenBao jwt login: permission_denied (HTTP 400)"],
  ] as const) {
    const { client, told } = await worker(changes);
    await expect(client.kv.list("acme")).rejects.toThrow(text);
    expect(told.at(-1)).toBeInstanceOf(OpenBaoError);
    await client.close();
  }
});
