import { randomBytes } from "node:crypto";
import { KeyClient } from "@azure/keyvault-keys";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KeyVaultKeys } from "#server/integrations/azure-key-vault/key-vault-keys.ts";
import { sdkOptions } from "#server/integrations/azure-key-vault/key-vault-options.ts";
import { KeyVaultSecrets } from "#server/integrations/azure-key-vault/key-vault-secrets.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type KeyVaultPeer, keyVaultPeer, staticCredential } from "./key-vault-peer.ts";

describe("key vault", () => {
  const prefix = `contract-${randomBytes(4).toString("hex")}`;
  let peer: KeyVaultPeer;
  let secrets: KeyVaultSecrets;
  let keys: KeyVaultKeys;

  beforeAll(async () => {
    peer = await keyVaultPeer();
    secrets = new KeyVaultSecrets(peer.options);
    keys = new KeyVaultKeys(peer.options);
  });

  afterAll(async () => {
    const { vaultUrl, credential } = peer.options;
    const settings = sdkOptions(peer.options, true);
    const secretClient = new SecretClient(vaultUrl, credential, settings);
    const keyClient = new KeyClient(vaultUrl, credential, settings);
    for (const name of (await secrets.list()).filter((each) => each.startsWith(prefix))) {
      await secretClient.beginDeleteSecret(name);
    }
    for (const name of (await keys.list()).filter((each) => each.startsWith(prefix))) {
      await keyClient.beginDeleteKey(name);
    }
    await peer.stop();
  });

  describe("secrets", () => {
    test("what isn't there is null, or an empty list", async () => {
      expect(await secrets.read(`${prefix}-absent`)).toBeNull();
      expect(await secrets.versions(`${prefix}-absent`)).toEqual([]);
      expect(await secrets.findByRotation(`${prefix}-absent`, "r")).toBeNull();
      const gone = secrets.disable(`${prefix}-absent`, "00000000000000000000000000000000");
      await expect(gone).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
    });

    test("a rotation writes one version however often it is asked, found by its tag", async () => {
      const name = `${prefix}-once`;
      const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 86_400_000);
      const first = await secrets.set(name, SecretValue.of("one"), { rotationId: "r1", expiresAt });
      const again = await secrets.set(name, SecretValue.of("other"), { rotationId: "r1" });
      expect(again.version).toBe(first.version);
      expect(first).toMatchObject({ isEnabled: true, rotationId: "r1", expiresAt });
      expect((await secrets.read(name))?.value.reveal()).toBe("one");
      const second = await secrets.set(name, SecretValue.of("two"), { rotationId: "r2" });
      expect((await secrets.read(name))?.version).toBe(second.version);
      expect((await secrets.read(name, first.version))?.value.reveal()).toBe("one");
      expect((await secrets.findByRotation(name, "r2"))?.version).toBe(second.version);
      expect(await secrets.list()).toContain(name);
    });

    test("more versions than a page holds are all listed, without a value", async () => {
      const name = `${prefix}-pages`;
      for (let i = 0; i < 5; i += 1) {
        await secrets.set(name, SecretValue.of(`canary-${i}`), { rotationId: `r${i}` });
      }
      const versions = await secrets.versions(name);
      expect(versions.map(({ rotationId }) => rotationId).sort()).toEqual([
        "r0",
        "r1",
        "r2",
        "r3",
        "r4",
      ]);
      expect(JSON.stringify(versions)).not.toContain("canary");
    });

    test("a disabled version is dead, its siblings live, and enabling brings it back", async () => {
      const name = `${prefix}-dead`;
      const old = await secrets.set(name, SecretValue.of("old"), { rotationId: "r1" });
      const fresh = await secrets.set(name, SecretValue.of("new"), { rotationId: "r2" });
      await secrets.disable(name, old.version);
      await secrets.disable(name, old.version);
      expect(await secrets.probe(name, old.version)).toBe("dead");
      expect(await secrets.probe(name, fresh.version)).toBe("alive");
      const refused = secrets.read(name, old.version);
      await expect(refused).rejects.toMatchObject({ failure: "disabled", changedNothing: true });
      const found = await secrets.findByRotation(name, "r1");
      expect(found).toMatchObject({ version: old.version, isEnabled: false });
      await secrets.enable(name, old.version);
      expect(await secrets.probe(name, old.version)).toBe("alive");
    });

    test("a probe of a version that was never there proves nothing", async () => {
      const name = `${prefix}-never`;
      await secrets.set(name, SecretValue.of("x"), { rotationId: "r1" });
      const probe = secrets.probe(name, "00000000000000000000000000000000");
      await expect(probe).rejects.toMatchObject({ failure: "not_found" });
    });
  });

  describe("keys", () => {
    test("creating twice is creating once; an absent key has no versions", async () => {
      const name = `${prefix}-key`;
      expect(await keys.versions(name)).toEqual([]);
      await keys.create(name);
      await keys.create(name);
      expect(await keys.versions(name)).toHaveLength(1);
      expect(await keys.list()).toContain(name);
    });

    test("rotating from recorded versions, repeated, rotates once", async () => {
      const name = `${prefix}-rotate`;
      await keys.create(name);
      const known = (await keys.versions(name)).map(({ version }) => version);
      const rotated = await keys.rotateFrom(name, known);
      expect(known).not.toContain(rotated.version);
      expect((await keys.rotateFrom(name, known)).version).toBe(rotated.version);
      expect(await keys.versions(name)).toHaveLength(2);
      const foreign = keys.rotateFrom(name, [...known, "00000000000000000000000000000000"]);
      await expect(foreign).rejects.toMatchObject({ failure: "outcome_unknown" });
      expect(await keys.versions(name)).toHaveLength(2);
    });

    test("each version signs for itself; a disabled one no more", async () => {
      const name = `${prefix}-sign`;
      await keys.create(name);
      const [old] = await keys.versions(name);
      const fresh = await keys.rotateFrom(name, [old?.version ?? ""]);
      const version = old?.version ?? "";
      const signature = await keys.sign(name, version, "text");
      expect(await keys.verify(name, version, "text", signature)).toBe(true);
      expect(await keys.verify(name, version, "texts", signature)).toBe(false);
      expect(await keys.verify(name, fresh.version, "text", signature)).toBe(false);
      await keys.disable(name, version);
      expect(await keys.probe(name, version)).toBe("dead");
      expect(await keys.probe(name, fresh.version)).toBe("alive");
      await keys.enable(name, version);
      expect(await keys.probe(name, version)).toBe("alive");
    });
  });

  describe("failures", () => {
    test("a refused identity is told so, and no value is in the error", async () => {
      const credential = staticCredential("nonsense");
      const stranger = new KeyVaultSecrets({ ...peer.options, credential });
      const value = SecretValue.of("canary-77");
      const error = await stranger.set(`${prefix}-x`, value, { rotationId: "r" }).catch((e) => e);
      expect(error).toMatchObject({ failure: "permission_denied", changedNothing: true });
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("canary");
    });

    test("no identity at all is a matter of permission, not of the outcome", async () => {
      const credential = {
        getToken: async () => {
          throw Object.assign(new Error("no token file"), { name: "CredentialUnavailableError" });
        },
      };
      const nobody = new KeyVaultSecrets({ ...peer.options, credential });
      await expect(nobody.list()).rejects.toMatchObject({ failure: "permission_denied" });
    });

    test("a bad name is invalid, a vault that is not there unreachable", async () => {
      const unreachable = new KeyVaultSecrets({
        ...peer.options,
        vaultUrl: "https://localhost:1",
        maxAttempts: 1,
      });
      const failed = { failure: "unreachable", changedNothing: true };
      await expect(unreachable.list()).rejects.toMatchObject(failed);
    });

    test("a write whose answer is lost is unknown, is not sent twice, and is found by its tag", async ({
      skip,
    }) => {
      if (!peer.wire) skip("a real Key Vault loses no answer on demand");
      const name = `${prefix}-lost`;
      const value = SecretValue.of("canary-lost");
      await secrets.list();
      peer.wire?.calls();
      peer.wire?.dropAnswer("PUT");
      const error = await secrets.set(name, value, { rotationId: "r1" }).catch((e) => e);
      expect(error).toMatchObject({ failure: "outcome_unknown", changedNothing: false });
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("canary");
      expect(peer.wire?.calls().filter((call) => call.startsWith("PUT"))).toHaveLength(1);
      const found = await secrets.set(name, value, { rotationId: "r1" });
      expect((await secrets.versions(name)).map(({ version }) => version)).toEqual([found.version]);
    });

    test("a lost rotation of a key is not repeated by itself", async ({ skip }) => {
      if (!peer.wire) skip("a real Key Vault loses no answer on demand");
      const name = `${prefix}-lostkey`;
      await keys.create(name);
      const known = (await keys.versions(name)).map(({ version }) => version);
      peer.wire?.dropAnswer("POST");
      const failed = keys.rotateFrom(name, known);
      await expect(failed).rejects.toMatchObject({ failure: "outcome_unknown" });
      const found = await keys.rotateFrom(name, known);
      expect(await keys.versions(name)).toHaveLength(2);
      expect(known).not.toContain(found.version);
    });

    test("a vault of an unknown authority is not spoken to", async ({ skip }) => {
      if (!peer.wire) skip("a real Key Vault has a public certificate");
      const { ca: _, ...blind } = { ...peer.options, maxAttempts: 1 };
      const failed = new KeyVaultSecrets(blind).list();
      await expect(failed).rejects.toMatchObject({ failure: "unreachable" });
    });
  });
});
