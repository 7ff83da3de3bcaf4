import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { makeTestAuthority, type TestAuthority } from "#test/contract/test-authority.ts";
import { readCertificateFile, readCertificates } from "./read-certificates.ts";
import { isSpiffeId, readJwtSvid, readX509Svid } from "./svid.ts";

const SPIFFE_ID = "spiffe://sovereign.example/ns/pay/sa/api";
let authority: TestAuthority;
let directory: string;

beforeAll(async () => {
  authority = await makeTestAuthority("Test, Root");
  directory = mkdtempSync(join(tmpdir(), "certificates-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("a PEM text", () => {
  test("gives its certificates in order, and nothing of a key between them", async () => {
    const notBefore = new Date("2026-01-01T00:00:00Z");
    const notAfter = new Date("2026-04-01T00:00:00Z");
    const { certificate, privateKey } = await authority.issue({
      commonName: "leaf",
      dns: "pay.example",
      notBefore,
      notAfter,
    });
    const found = readCertificates(
      `comment\n${certificate}\n${privateKey}\n${authority.certificate}`,
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      subject: "CN=leaf",
      dnsNames: ["pay.example"],
      notBefore,
      notAfter,
      isCa: false,
    });
    expect(found[0]?.serialNumber).toMatch(/^40[0-9a-f]{30}$/);
    expect(found[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(found[1]?.isCa).toBe(true);
    expect(JSON.stringify(found)).not.toContain(privateKey.slice(40, 70));
  });

  test.each([
    ["nothing", "", "absent"],
    ["only a key", "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----", "absent"],
    [
      "no certificate inside",
      "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----",
      "malformed",
    ],
  ])("of %s is refused without being quoted", (_, pem, failure) => {
    const read = () => readCertificates(pem);
    expect(read).toThrow(expect.objectContaining({ failure }));
    expect(read).not.toThrow(/Y2FuYXJ5|canary/);
  });

  test("a name that holds a separator is one name", async () => {
    const uri = "spiffe://sovereign.example/a,b";
    const { certificate } = await authority.issue({ commonName: "x", dns: "a.example", uri });
    const [leaf] = readCertificates(certificate);
    expect(leaf).toMatchObject({ dnsNames: ["a.example"], uris: [uri] });
  });
});

test("a file is read, a missing and an unreadable one told apart", async () => {
  const file = join(directory, "tls.crt");
  writeFileSync(file, authority.certificate);
  expect(await readCertificateFile(file)).toHaveLength(1);
  const missing = readCertificateFile(join(directory, "gone.crt"));
  await expect(missing).rejects.toMatchObject({ failure: "absent" });
  await expect(readCertificateFile(directory)).rejects.toMatchObject({ failure: "unreadable" });
});

describe("an X.509 SVID", () => {
  test("is a leaf with one SPIFFE ID", async () => {
    const { certificate } = await authority.issue({ commonName: "x", uri: SPIFFE_ID });
    expect(readX509Svid(certificate).spiffeId).toBe(SPIFFE_ID);
  });

  test.each(["https://sovereign.example/x", "spiffe://sovereign.example/a?b=c"])(
    "is not a certificate for %s",
    async (uri) => {
      const { certificate } = await authority.issue({ commonName: "x", uri });
      expect(() => readX509Svid(certificate)).toThrow(
        expect.objectContaining({ failure: "malformed" }),
      );
    },
  );

  test("is not an authority's certificate", () => {
    expect(() => readX509Svid(authority.certificate)).toThrow("X.509 SVID: malformed");
  });
});

describe("a JWT SVID", () => {
  const sign = async (claims: Record<string, unknown>) =>
    SecretValue.of(
      await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode("a key of the test, thirty-two long")),
    );

  test("says for whom and until when", async () => {
    const token = await sign({
      sub: SPIFFE_ID,
      aud: "vault",
      exp: 1_800_000_000,
      iat: 1_799_999_700,
    });
    expect(readJwtSvid(token)).toEqual({
      spiffeId: SPIFFE_ID,
      audience: ["vault"],
      issuedAt: new Date(1_799_999_700_000),
      expiresAt: new Date(1_800_000_000_000),
    });
  });

  test.each([
    ["without an end", { sub: SPIFFE_ID, aud: ["a"] }],
    ["without an audience", { sub: SPIFFE_ID, exp: 1 }],
    ["of a user", { sub: "alice", aud: ["a"], exp: 1 }],
  ])("%s is refused, and the token is in no message", async (_, claims) => {
    const token = await sign(claims);
    expect(() => readJwtSvid(token)).toThrow(/^JWT SVID: malformed$/);
  });

  test("that is no JWT is refused in the same words", () => {
    expect(() => readJwtSvid(SecretValue.of("canary"))).toThrow(/^JWT SVID: malformed$/);
  });
});

test.each([
  ["spiffe://a", true],
  ["spiffe://a/b/c", true],
  ["spiffe://a/", false],
  ["spiffe://a/../b", false],
  ["spiffe://a/.", false],
  ["spiffe://A/b", false],
  ["spiffe://a:8080/b", false],
  ["spiffe://user@a/b", false],
  ["spiffe:///b", false],
  [`spiffe://a/${"b".repeat(2048)}`, false],
])("%s is a SPIFFE ID: %s", (text, expected) => {
  expect(isSpiffeId(text)).toBe(expected);
});
