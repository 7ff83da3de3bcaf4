import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { tokenFile } from "./token-file.ts";

let directory: string;
let vault: SpawnedVault;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "token-file-"));
  vault = await spawnVault(directory);
});
afterAll(async () => {
  await vault.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("a token that was replaced is used from the next call on", async () => {
  const path = join(directory, "token");
  writeFileSync(path, "s.ended");
  const client = new OpenBaoClient({ address: vault.address, token: tokenFile(path) });
  await expect(client.kv.read("a/b")).rejects.toMatchObject({ failure: "permission_denied" });
  writeFileSync(path, `${readFileSync(vault.tokenFile, "utf8")}\n`);
  expect(await client.kv.read("a/b")).toEqual({ kind: "absent" });
  await client.close();
});

test("an empty or missing file is said, without asking the vault", async () => {
  const path = join(directory, "empty");
  writeFileSync(path, " \n");
  await expect(tokenFile(path)()).rejects.toThrow("is empty");
  await expect(tokenFile(join(directory, "absent"))()).rejects.toThrow("ENOENT");
});
