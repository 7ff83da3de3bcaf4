import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Transit } from "#server/integrations/openbao/transit.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

describe("transit", () => {
  let vault: VaultCalls;
  let mount: string;
  let transit: Transit;

  beforeAll(async () => {
    vault = await vaultCalls();
    mount = await vault.mount("transit");
    transit = vault.client.transit(mount);
  });

  afterAll(async () => vault?.stop());

  test("an absent key is null, and asking for it makes none", async () => {
    expect(await transit.read("absent")).toBeNull();
    const encrypting = transit.encrypt("absent", SecretValue.of("x"));
    await expect(encrypting).rejects.toMatchObject({ failure: "not_found" });
    for (const call of [
      () => transit.rotateFrom("absent", 1),
      () => transit.sign("absent", "x"),
      () => transit.trim("absent", 1),
      () => transit.setMinimumVersions("absent", { minDecryptionVersion: 1 }),
    ]) {
      await expect(call()).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
    }
    expect(await transit.list()).not.toContain("absent");
  });

  test("a missing mount is a fault, not an absent key", async () => {
    const lost = vault.client.transit("no-such-mount").read("a");
    await expect(lost).rejects.toMatchObject({ failure: "not_found", oddity: "missing_route" });
  });

  test("creating twice is creating once", async () => {
    const first = await transit.create("twice", "aes256-gcm96");
    await transit.rotateFrom("twice", 1);
    const again = await transit.create("twice", "aes256-gcm96");
    expect(first).toMatchObject({ latestVersion: 1, minDecryptionVersion: 1, canSign: false });
    expect(again).toMatchObject({ latestVersion: 2, minEncryptionVersion: 0 });
    expect(await transit.list()).toContain("twice");
  });

  test("rotating from a recorded version, repeated, rotates once", async () => {
    await transit.create("repeated", "aes256-gcm96");
    expect((await transit.rotateFrom("repeated", 1)).latestVersion).toBe(2);
    expect((await transit.rotateFrom("repeated", 1)).latestVersion).toBe(2);
    expect((await transit.rotateFrom("repeated", 2)).latestVersion).toBe(3);
    const ahead = transit.rotateFrom("repeated", 9);
    await expect(ahead).rejects.toMatchObject({ oddity: "contradiction", changedNothing: false });
    expect((await transit.read("repeated"))?.latestVersion).toBe(3);
  });

  test.each(["aes256-gcm96", "ed25519", "ecdsa-p256"])(
    "an old version of %s lives through rotation, is dead below the minimum, and destroyed by trim",
    async (type) => {
      const name = `life-${type}`;
      const key = await transit.create(name, type);
      expect(key.versions).toMatchObject([{ version: 1 }]);
      expect(key.versions[0]?.publicKey === null).toBe(!key.canSign);
      const old = await transit.makeEvidence(name, 1, "nonce-1");
      await transit.rotateFrom(name, 1);
      const fresh = await transit.makeEvidence(name, 2, "nonce-2");
      expect(await transit.probe(name, old)).toBe("alive");
      expect(await transit.probe(name, fresh)).toBe("alive");

      await transit.setMinimumVersions(name, { minDecryptionVersion: 2 });
      expect(await transit.probe(name, old)).toBe("dead");
      expect(await transit.probe(name, fresh)).toBe("alive");
      await transit.setMinimumVersions(name, { minDecryptionVersion: 1 });
      expect(await transit.probe(name, old)).toBe("alive");

      await transit.setMinimumVersions(name, { minDecryptionVersion: 2, minEncryptionVersion: 2 });
      const trimmed = await transit.trim(name, 2);
      expect(trimmed).toMatchObject({ minAvailableVersion: 2, latestVersion: 2 });
      expect(trimmed.versions.map(({ version }) => version)).toEqual([2]);
      expect((await transit.trim(name, 2)).minAvailableVersion).toBe(2);
      expect(await transit.probe(name, old)).toBe("dead");
      const back = transit.setMinimumVersions(name, { minDecryptionVersion: 1 });
      await expect(back).rejects.toMatchObject({ failure: "invalid", changedNothing: true });
    },
  );

  test("encrypts and decrypts, signs and verifies; a foreign signature is not valid", async () => {
    await transit.create("enc", "aes256-gcm96");
    const ciphertext = await transit.encrypt("enc", SecretValue.of("ünicode"));
    expect(ciphertext).toMatch(/^vault:v1:/);
    expect((await transit.decrypt("enc", ciphertext)).reveal()).toBe("ünicode");
    await transit.create("sig", "ed25519");
    await transit.create("other", "ed25519");
    const signature = await transit.sign("sig", "text");
    expect(await transit.verify("sig", "text", signature)).toBe(true);
    expect(await transit.verify("sig", "texts", signature)).toBe(false);
    expect(await transit.verify("other", "text", signature)).toBe(false);
  });

  test("evidence that proves nothing is an error, not a death", async () => {
    await transit.create("proof", "aes256-gcm96");
    const garbage = { kind: "ciphertext", version: 1, ciphertext: "vault:v1:AAAA" } as const;
    await expect(transit.probe("proof", garbage)).rejects.toMatchObject({ failure: "invalid" });
    const limited = vault.clientWith("s.nonsense").transit(mount);
    await expect(limited.probe("proof", garbage)).rejects.toMatchObject({
      failure: "permission_denied",
    });
    await expect(transit.probe("gone", garbage)).rejects.toThrow();
  });

  test.each([
    [{ minDecryptionVersion: 9 }, "beyond the latest"],
    [{ minEncryptionVersion: 9 }, "beyond the latest"],
  ])("a minimum of %j is refused: %s", async (versions, _) => {
    await transit.create("limits", "aes256-gcm96");
    const refused = transit.setMinimumVersions("limits", versions);
    await expect(refused).rejects.toMatchObject({ failure: "invalid", changedNothing: true });
  });

  test("trim waits for both minimums, and never goes back", async () => {
    await transit.create("trim", "aes256-gcm96");
    await transit.rotateFrom("trim", 1);
    await transit.setMinimumVersions("trim", { minDecryptionVersion: 2 });
    await expect(transit.trim("trim", 2)).rejects.toMatchObject({ failure: "invalid" });
    await transit.setMinimumVersions("trim", { minEncryptionVersion: 2 });
    await transit.trim("trim", 2);
    await expect(transit.trim("trim", 1)).rejects.toMatchObject({ failure: "invalid" });
    await expect(transit.trim("trim", 5)).rejects.toMatchObject({ failure: "invalid" });
  });

  test("an unknown key type is refused", async () => {
    const refused = transit.create("odd", "nonsense");
    await expect(refused).rejects.toMatchObject({ failure: "invalid" });
    expect(await transit.read("odd")).toBeNull();
  });
});
