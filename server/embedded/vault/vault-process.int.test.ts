import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logIn } from "#server/integrations/openbao/login.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type SpawnedVault, spawnVault } from "./spawn-vault.ts";

let directory: string;
let vault: SpawnedVault;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "dev-vault-"));
  vault = await spawnVault(directory);
});

afterEach(async () => {
  await vault.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("a value survives SIGKILL and is nowhere on disk in the clear", async () => {
  await clientOf(vault).kv.write("kept", { value: SecretValue.of("canary-3f9a") }, 0);
  vault.process.kill("SIGKILL");
  await vault.stop();
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    expect(readFileSync(file).includes("canary-3f9a"), name).toBe(false);
    if (name !== "port") expect(statSync(file).mode & 0o077, name).toBe(0);
  }
  vault = await spawnVault(directory);
  const found = await clientOf(vault).kv.read("kept");
  expect(found.kind === "found" && found.fields.value?.reveal()).toBe("canary-3f9a");
});

test("keys of every engine survive SIGKILL, and none is on disk in the clear", async () => {
  const client = clientOf(vault);
  await call("POST", "sys/mounts/transit", { type: "transit" });
  await client.transit().create("signing", "ed25519");
  const evidence = await client.transit().makeEvidence("signing", 1, "nonce");
  vault.process.kill("SIGKILL");
  await vault.stop();
  for (const name of readdirSync(directory)) {
    expect(readFileSync(join(directory, name)).includes("PRIVATE KEY"), name).toBe(false);
  }
  vault = await spawnVault(directory);
  expect(await clientOf(vault).transit().probe("signing", evidence)).toBe("alive");
});

test("sealed, it answers 503 and the client says sealed; its own key opens it again", async () => {
  const client = clientOf(vault);
  await call("POST", "sys/seal");
  expect(await client.health()).toBe("sealed");
  await expect(client.kv.read("x")).rejects.toMatchObject({ failure: "sealed" });
  await expect(client.kv.write("x", { value: SecretValue.of("1") }, 0)).rejects.toMatchObject({
    failure: "sealed",
    changedNothing: true,
  });
  const sealed = { failure: "sealed", changedNothing: true };
  const jwt = async () => SecretValue.of("x");
  const login = logIn({ address: vault.address }, { kind: "jwt", role: "console", jwt });
  await expect(login).rejects.toMatchObject(sealed);
  await expect(client.transit().rotateFrom("k", 1)).rejects.toMatchObject(sealed);
  await expect(client.database().rotateStaticRole("r")).rejects.toMatchObject(sealed);
  await expect(client.leases.revokePrefix("database/creds/r")).rejects.toMatchObject(sealed);
  await expect(client.pki().setDefault("next")).rejects.toMatchObject(sealed);
  expect((await client.system.sealStatus()).isSealed).toBe(true);
  expect((await call("POST", "sys/unseal", { key: "00".repeat(32) })).status).toBe(400);
  expect(await client.health()).toBe("sealed");
  const key = readFileSync(join(directory, "unseal.key"), "utf8");
  expect((await call("POST", "sys/unseal", { key })).status).toBe(200);
  expect(await client.kv.read("x")).toEqual({ kind: "absent" });
});

test("a standby is told apart", async () => {
  await vault.stop();
  vault = await spawnVault(directory, { isStandby: true });
  expect(await clientOf(vault).health()).toBe("standby");
  await expect(clientOf(vault).kv.read("x")).rejects.toMatchObject({ failure: "standby" });
});

test("gone, it is unreachable, and nothing was done", async () => {
  const client = clientOf(vault);
  await vault.stop();
  const failed = client.kv.write("x", { value: SecretValue.of("1") }, 0);
  await expect(failed).rejects.toMatchObject({ failure: "unreachable", changedNothing: true });
});

test("it refuses to run in production", () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const run = spawnSync(process.execPath, ["--conditions=react-server", main], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      CONSOLE_MODE: "production",
      DEV_VAULT_PORT: "0",
      DEV_VAULT_DIR: directory,
      DEV_VAULT_ROOT_TOKEN_FILE: join(directory, "root-token"),
    } as unknown as NodeJS.ProcessEnv,
  });
  expect(run.status).toBe(2);
  expect(run.stdout).toContain("connect a real OpenBao");
});

function clientOf({ address, tokenFile }: SpawnedVault): OpenBaoClient {
  return new OpenBaoClient({
    address,
    token: SecretValue.of(readFileSync(tokenFile, "utf8")),
    maxAttempts: 2,
  });
}

function call(method: string, path: string, body?: unknown) {
  return fetch(`${vault.address}/v1/${path}`, {
    method,
    headers: { "x-vault-token": readFileSync(vault.tokenFile, "utf8") },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}
