import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wrapForImport } from "#server/cli/wrap-for-import.ts";
import { transitKeyKeeper } from "#server/integrations/openbao/transit-key-keeper.ts";
import type { KeyKeeper } from "#server/platform/audit/key-keeper.ts";
import { localKeyKeeper } from "#server/platform/audit/local-key-keeper.ts";
import { vaultCalls } from "./vault-calls.ts";

async function keeps(keeper: KeyKeeper): Promise<void> {
  const tenant = `t${randomBytes(5).toString("hex")}`;
  const secret = randomBytes(32);
  expect(await keeper.current(tenant)).toBe(1);
  expect(await keeper.current(tenant)).toBe(1);
  const first = await keeper.wrap(tenant, 1, secret);
  expect((await keeper.unwrap(tenant, first)).equals(secret)).toBe(true);
  // Twice is once: the caller recorded what was before.
  expect(await keeper.rotate(tenant, 1)).toBe(2);
  expect(await keeper.rotate(tenant, 1)).toBe(2);
  const own = wrapForImport(await keeper.importKey(), randomBytes(32));
  expect(await keeper.importVersion(tenant, 2, own)).toBe(3);
  expect(await keeper.importVersion(tenant, 2, own)).toBe(3);
  const third = await keeper.wrap(tenant, 3, secret);
  expect((await keeper.unwrap(tenant, first)).equals(secret)).toBe(true);
  await keeper.destroyBelow(tenant, 3);
  await expect(keeper.unwrap(tenant, first)).rejects.toThrow();
  expect((await keeper.unwrap(tenant, third)).equals(secret)).toBe(true);
  expect(await keeper.current(tenant)).toBe(3);
  const bad = Buffer.from(randomBytes(552)).toString("base64");
  await expect(keeper.importVersion(tenant, 3, bad)).rejects.toThrow();
  await keeper.destroy(tenant);
  await expect(keeper.unwrap(tenant, third)).rejects.toThrow();
}

test("OpenBao's transit engine keeps root keys, imports them and destroys them", async () => {
  const vault = await vaultCalls();
  try {
    const mount = await vault.mount("transit");
    await keeps(transitKeyKeeper(async () => vault.client.transit(mount)));
  } finally {
    await vault.stop();
  }
});

test("so does a folder of files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keys-"));
  await keeps(localKeyKeeper(folder));
  rmSync(folder, { recursive: true, force: true });
});
