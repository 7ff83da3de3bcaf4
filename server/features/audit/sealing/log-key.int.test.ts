import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";

/** The environment is read once a process, so each case begins with fresh modules. */
async function withSeed(seed: string) {
  const file = join(process.env.DATA_DIR ?? "", "seed");
  writeFileSync(file, seed);
  chmodSync(file, 0o600);
  process.env.LOG_SIGNING_KEY_FILE = file;
  vi.resetModules();
  return await import("./log-key.ts");
}

const before = process.env.LOG_SIGNING_KEY_FILE;
const [mine, other] = ["acme-shop", "lulu-hypermarket"].map(mintAuthorizedTenant) as [
  ReturnType<typeof mintAuthorizedTenant>,
  ReturnType<typeof mintAuthorizedTenant>,
];

beforeEach(() => vi.resetModules());
afterEach(() => {
  if (before) process.env.LOG_SIGNING_KEY_FILE = before;
});

describe("the log key", () => {
  it("is a tenant's own, and the same after a restart", async () => {
    const seed = "5a".repeat(32);
    const first = await withSeed(`${seed}\n`);
    const key = first.logVerifierKey(mine);
    expect(key).toMatch(/^omantel\.console\.local\/acme-shop\+[0-9a-f]{8}\+/);
    expect(first.logVerifierKey(other).split("+").slice(2)).not.toEqual(key.split("+").slice(2));
    expect((await withSeed(seed)).logVerifierKey(mine)).toBe(key);
    expect((await withSeed("5b".repeat(32))).logVerifierKey(mine)).not.toBe(key);
  });

  it.each(["", "5a", "zz".repeat(32), "5A".repeat(32)])(
    "refuses the seed %j unseen",
    async (seed) => {
      const { checkLogKey } = await withSeed(seed);
      expect(checkLogKey).toThrow(
        /LOG_SIGNING_KEY_FILE \(.*seed\) must hold 64 hexadecimal digits/,
      );
      if (seed.length > 10) {
        expect(checkLogKey).not.toThrow(seed);
      }
    },
  );

  it("is not among what a verifier gets", async () => {
    const { logVerifier } = await withSeed("5a".repeat(32));
    expect(Object.keys(logVerifier(mine)).sort()).toEqual(["keyId", "name", "publicKey"]);
  });
});
