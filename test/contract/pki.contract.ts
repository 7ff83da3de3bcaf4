import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pki } from "#server/integrations/openbao/pki.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

describe("pki", () => {
  let vault: VaultCalls;
  let mount: string;
  let pki: Pki;

  beforeAll(async () => {
    vault = await vaultCalls();
    mount = await vault.mount("pki");
    await tune(mount);
    pki = vault.client.pki(mount);
  });

  afterAll(async () => vault?.stop());

  test("a mount without an issuer says so", async () => {
    const empty = vault.client.pki(await vault.mount("pki"));
    expect(await empty.issuers()).toEqual([]);
    expect(await empty.issuer("default")).toBeNull();
    expect(await empty.issuer("nobody")).toBeNull();
  });

  test("a root is made once by its name, and read as what its certificate says", async () => {
    const root = await pki.generateRoot(rootRequest("first"));
    expect(root).toMatchObject({
      name: "first",
      commonName: "Root first",
      isSelfSigned: true,
      isRevoked: false,
    });
    expect(root.notAfter.getTime() - Date.now()).toBeGreaterThan((YEAR_SECONDS - 60) * 1000);
    expect(await pki.generateRoot(rootRequest("first"))).toEqual(root);
    expect((await pki.issuers()).filter(({ name }) => name === "first")).toHaveLength(1);
    const { body } = await vault.raw("POST", `${mount}/root/generate/internal`, {
      common_name: "Root again",
      issuer_name: "first",
    });
    expect(body).toEqual({ errors: ["issuer name already in use"] });
  });

  test("a new root signs only when made the default; both stay readable", async () => {
    const first = await pki.generateRoot(rootRequest("first"));
    const second = await pki.generateRoot(rootRequest("second"));
    await pki.setDefault("first");
    expect((await pki.issuer("default"))?.issuerId).toBe(first.issuerId);
    await leafRole(mount);
    const before = await pki.issue("leaf", "before.example");
    expect(issuedBy(before.certificatePem, first.certificatePem)).toBe(true);
    expect(await pki.setDefault("second")).toBe(second.issuerId);
    expect(await pki.setDefault("second")).toBe(second.issuerId);
    const after = await pki.issue("leaf", "after.example");
    expect(issuedBy(after.certificatePem, second.certificatePem)).toBe(true);
    expect(JSON.stringify(after)).not.toContain(after.privateKey.reveal().slice(40, 80));
    const listed = await pki.issuers();
    expect(listed.find(({ isDefault }) => isDefault)?.name).toBe("second");
    const unknown = pki.setDefault("nobody");
    await expect(unknown).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
  });

  test("a revoked leaf is on its issuer's signed list, once, from its first revocation on", async () => {
    await pki.generateRoot(rootRequest("second"));
    await pki.setDefault("second");
    await leafRole(mount);
    const leaf = await pki.issue("leaf", "revoked.example");
    expect(await revokedSerials("second")).not.toContain(leaf.serialNumber);
    const revokedAt = await pki.revokeCertificate(leaf.serialNumber);
    expect(await pki.revokeCertificate(leaf.serialNumber)).toEqual(revokedAt);
    expect((await revokedSerials("second")).filter((s) => s === leaf.serialNumber)).toHaveLength(1);
    const unknown = pki.revokeCertificate("00:11");
    await expect(unknown).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
    expect(await pki.crl("nobody")).toBeNull();
  });

  test("a revoked issuer signs no more", async () => {
    await pki.generateRoot(rootRequest("retired"));
    await pki.generateRoot(rootRequest("kept"));
    await pki.setDefault("kept");
    await pki.revokeIssuer("retired");
    await pki.revokeIssuer("retired");
    expect((await pki.issuer("retired"))?.isRevoked).toBe(true);
    await leafRole(mount);
    const refused = await vault.raw("POST", `${mount}/issuer/retired/issue/leaf`, {
      common_name: "never.example",
    });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await pki.issue("leaf", "still.example")).certificatePem).toContain("BEGIN");
  });

  test("an intermediate is signed by a root elsewhere and taken under its name", async () => {
    const root = await pki.generateRoot(rootRequest("parent"));
    const below = await vault.mount("pki");
    await tune(below);
    const intermediate = vault.client.pki(below);
    const { csrPem } = await intermediate.generateIntermediateCsr({ commonName: "Issuing One" });
    const signed = await pki.signIntermediate("parent", csrPem, "Issuing One", YEAR_SECONDS / 2);
    const chain = [
      signed.certificatePem,
      ...signed.chainPem.filter((pem) => pem !== signed.certificatePem),
    ];
    const taken = await intermediate.setSignedIntermediate(chain, "issuing-1");
    expect(taken).toMatchObject({
      name: "issuing-1",
      commonName: "Issuing One",
      isSelfSigned: false,
    });
    expect(issuedBy(taken.certificatePem, root.certificatePem)).toBe(true);
    expect(await intermediate.setSignedIntermediate(chain, "issuing-1")).toEqual(taken);
    await leafRole(below);
    await intermediate.setDefault("issuing-1");
    const leaf = await intermediate.issue("leaf", "leaf.example");
    expect(issuedBy(leaf.certificatePem, taken.certificatePem)).toBe(true);
  });

  function rootRequest(issuerName: string) {
    return { issuerName, commonName: `Root ${issuerName}`, ttlSeconds: YEAR_SECONDS };
  }

  async function revokedSerials(issuer: string): Promise<string[]> {
    const list = new X509Crl((await pki.crl(issuer)) ?? "");
    return list.entries.map(({ serialNumber }) =>
      serialNumber.toLowerCase().replace(/(..)(?=.)/g, "$1:"),
    );
  }

  async function tune(name: string): Promise<void> {
    const made = await vault.raw("POST", `sys/mounts/${name}/tune`, { max_lease_ttl: "87600h" });
    expect(made.status).toBe(204);
  }

  async function leafRole(name: string): Promise<void> {
    const body = { allow_any_name: true, ttl: "1h", key_type: "ec", key_bits: 256 };
    expect((await vault.raw("POST", `${name}/roles/leaf`, body)).status).toBe(200);
  }
});

function issuedBy(certificate: string, issuer: string): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(issuer).publicKey);
}
