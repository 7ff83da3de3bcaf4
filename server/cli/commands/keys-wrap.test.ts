import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RenewKeyInput } from "#server/features/retention/schema.ts";
import { localKeyKeeper } from "#server/platform/audit/local-key-keeper.ts";
import { keysWrapCommand } from "./keys-wrap.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-wrap-"));
afterAll(() => rmSync(folder, { recursive: true }));
const keeper = localKeyKeeper(join(folder, "keeper"));
const own = createHash("sha256").update("a key of one's own").digest();
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await keysWrapCommand.run(args, { out: (line) => lines.push(line), err: () => {} });
  return { code, text: lines.join("\n") };
}

test.each([
  ["raw", own],
  ["hexadecimal", `${own.toString("hex")}\n`],
  ["base64", own.toString("base64")],
])("what it prints of a %s key is taken by the import, and is that key", async (name, content) => {
  const wrappingKey = file("import.pem", await keeper.importKey());
  const { code, text } = await run("--wrapping-key", wrappingKey, "--key", file(name, content));
  expect(code).toBe(0);
  const { wrapped } = RenewKeyInput.parse({ wrapped: text, reason: "our own" });
  expect(text).not.toContain(own.toString("base64").slice(0, 20));
  expect(await keeper.importVersion(name, 1, wrapped ?? "")).toBe(2);
  expect(readFileSync(join(folder, "keeper", name, "2"), "utf8")).toBe(own.toString("hex"));
});

test("refuses a key of another length, and a wrapping key that is too short or none", async () => {
  const pem = file("import.pem", await keeper.importKey());
  const key = file("key", own);
  const short = own.subarray(0, 31);
  const asked = run("--wrapping-key", pem, "--key", file("short", short));
  await expect(asked).rejects.toThrow(/no key of 32 bytes/);
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const weak = file("weak.pem", publicKey.export({ format: "pem", type: "spki" }));
  await expect(run("--wrapping-key", weak, "--key", key)).rejects.toThrow(/4096 bits/);
  await expect(run("--wrapping-key", key, "--key", key)).rejects.toThrow();
  await expect(run("--key", key)).rejects.toThrow(/--wrapping-key/);
});
