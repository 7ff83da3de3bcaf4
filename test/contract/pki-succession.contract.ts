import "reflect-metadata";
import { randomBytes, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PkiSuccession } from "#server/integrations/openbao/pki-succession.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

const YEAR_SECONDS = 365 * 24 * 3600;
const ABOUT = { commonName: "Authority", ttlSeconds: YEAR_SECONDS / 2 };

describe("pki succession", () => {
  let vault: VaultCalls;
  let pki: PkiSuccession;

  beforeAll(async () => {
    vault = await vaultCalls();
    pki = await newMount();
  });

  afterAll(async () => vault?.stop());

  test("a new issuer does not sign by itself", async () => {
    const mount = await newMount();
    expect(await mount.followsLatest()).toBe(false);
    const first = await root(mount, "first");
    await root(mount, "second");
    expect((await mount.issuers.issuer("default"))?.issuerId).toBe(first.issuerId);
  });

  test("a new root's key is certified by the old one, once, under its name", async () => {
    const mount = await newMount();
    const old = await root(mount, "old");
    const fresh = await root(mount, "fresh");
    const names = { newIssuer: "fresh", oldIssuer: "old", name: "fresh-by-old" };
    const cross = new X509Certificate(await mount.crossSign(names, ABOUT));
    expect(cross.verify(new X509Certificate(old.certificatePem).publicKey)).toBe(true);
    const key = cross.publicKey.export({ format: "jwk" });
    expect(new X509Certificate(fresh.certificatePem).publicKey.export({ format: "jwk" })).toEqual(
      key,
    );
    const again = new X509Certificate(await mount.crossSign(names, ABOUT));
    expect(again.serialNumber).toBe(cross.serialNumber);
    expect((await mount.issuers.issuers()).map(({ name }) => name).sort()).toEqual([
      "fresh",
      "fresh-by-old",
      "old",
    ]);
  });

  test("a certificate that was taken but not named yet is found and named", async () => {
    const mount = await newMount();
    await root(mount, "old");
    await root(mount, "fresh");
    const names = { newIssuer: "fresh", oldIssuer: "old", name: "crossed" };
    const cross = await mount.crossSign(names, ABOUT);
    const issuer = await mount.issuers.issuer("crossed");
    await vault.raw("POST", `${mountOf(mount)}/issuer/${issuer?.issuerId}`, { issuer_name: "" });
    expect(await mount.crossSign(names, ABOUT)).toBe(cross);
    expect(await mount.issuers.issuers()).toHaveLength(3);
  });

  test("a request is for one key, however often it is asked for", async () => {
    const mount = await newMount();
    const about = { name: "waiting", commonName: "Issuing" };
    const [first, second] = [await mount.csrFor(about), await mount.csrFor(about)];
    const chains = [];
    await root(pki, "signing");
    for (const csr of [first, second]) chains.push(await pki.sign("signing", csr, ABOUT));
    const [one, two] = chains.map(([leaf]) => new X509Certificate(leaf ?? ""));
    expect(one?.publicKey.export({ format: "jwk" })).toEqual(
      two?.publicKey.export({ format: "jwk" }),
    );
    expect(one?.serialNumber).not.toBe(two?.serialNumber);
  });

  test("a certificate that was taken for a named key is found by the key, and named", async () => {
    const mount = await newMount();
    expect(await mount.isTaken("later")).toBe(false);
    await root(pki, "signer");
    const csr = await mount.csrFor({ name: "later", commonName: "Later" });
    expect(await mount.isTaken("later")).toBe(false);
    const [certificate] = await pki.sign("signer", csr, ABOUT);
    await vault.raw("POST", `${mountOf(mount)}/intermediate/set-signed`, { certificate });
    expect(await mount.issuers.issuer("later")).toBeNull();
    expect(await mount.isTaken("later")).toBe(true);
    expect((await mount.issuers.issuer("later"))?.isSelfSigned).toBe(false);
  });

  test("an issuer that was revoked is refused as such; unknown ones and roles are not", async () => {
    const mount = await newMount();
    await root(mount, "old");
    await root(mount, "fresh");
    expect(await mount.probe("old", "leaf", "a.example")).toBe("issues");
    await mount.issuers.setDefault("fresh");
    await mount.issuers.revokeIssuer("old");
    expect(await mount.probe("old", "leaf", "a.example")).toBe("refused");
    expect(await mount.probe("fresh", "leaf", "a.example")).toBe("issues");
    const sign = mount.sign("old", await pki.csrFor({ name: "any", commonName: "Any" }), ABOUT);
    await expect(sign).rejects.toMatchObject({ failure: "issuer_retired", changedNothing: true });
    const missing = { failure: "not_found", changedNothing: true };
    await expect(mount.probe("nobody", "leaf", "a.example")).rejects.toMatchObject(missing);
    await expect(mount.probe("fresh", "norole", "a.example")).rejects.toMatchObject(missing);
  });

  test("an intermediate is revoked by its serial number on the list of who signed it", async () => {
    const below = await newMount();
    await root(pki, "parent");
    const csr = await below.csrFor({ name: "issuing", commonName: "Issuing" });
    const chain = await pki.sign("parent", csr, ABOUT);
    const taken = await below.issuers.setSignedIntermediate(chain, "issuing");
    await below.issuers.setDefault("issuing");
    expect(await below.probe("issuing", "leaf", "a.example")).toBe("issues");
    expect(await pki.isRevoked(taken.serialNumber)).toBe(false);
    await pki.issuers.revokeCertificate(taken.serialNumber);
    expect(await pki.isRevoked(taken.serialNumber)).toBe(true);
    expect(await below.isRevoked(taken.serialNumber)).toBe(false);
    await below.issuers.revokeIssuer("issuing");
    expect(await below.probe("issuing", "leaf", "a.example")).toBe("refused");
  });

  test("what nobody was given is taken away with its key; what is gone is no error", async () => {
    const mount = await newMount();
    const old = await root(mount, "old");
    await root(mount, "fresh");
    await mount.crossSign({ newIssuer: "fresh", oldIssuer: "old", name: "crossed" }, ABOUT);
    const key = (await vault.raw("GET", `${mountOf(mount)}/issuer/fresh`)).body.data;
    const { key_id: keyId } = key as { key_id: string };
    for (let time = 0; time < 2; time += 1) await mount.discard(["crossed", "fresh"], "fresh");
    expect((await mount.issuers.issuers()).map(({ issuerId }) => issuerId)).toEqual([old.issuerId]);
    expect((await vault.raw("GET", `${mountOf(mount)}/key/${keyId}`)).status).toBe(500);
    expect(await mount.probe("old", "leaf", "a.example")).toBe("issues");
  });

  const mounts = new WeakMap<PkiSuccession, string>();
  const mountOf = (of: PkiSuccession) => mounts.get(of) ?? "";

  async function newMount(): Promise<PkiSuccession> {
    const name = await vault.mount("pki");
    await vault.raw("POST", `sys/mounts/${name}/tune`, { max_lease_ttl: "87600h" });
    const body = { allow_any_name: true, ttl: "1h", key_type: "ec", key_bits: 256 };
    await vault.raw("POST", `${name}/roles/leaf`, body);
    const made = vault.client.pkiSuccession(name);
    mounts.set(made, name);
    return made;
  }

  function root(of: PkiSuccession, issuerName: string) {
    const commonName = `Authority ${issuerName} ${randomBytes(3).toString("hex")}`;
    return of.issuers.generateRoot({ issuerName, commonName, ttlSeconds: YEAR_SECONDS });
  }
});
