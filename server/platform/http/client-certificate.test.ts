import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { beforeAll, expect, test } from "vitest";
import { certificateIn, clientCertificateThumbprint, MARK_HEADER } from "./client-certificate.ts";
import { addressList } from "./watch-client-certificates.ts";

let der: Buffer;
let pem: string;

beforeAll(async () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  x509.cryptoProvider.set(webcrypto as Crypto);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=ci",
    keys: keys as CryptoKeyPair,
    signingAlgorithm: algorithm,
  });
  der = Buffer.from(made.rawData);
  pem = made.toString("pem");
});

test("a certificate is read as RFC 9440 writes it, and as URL-encoded PEM", () => {
  for (const text of [`:${der.toString("base64")}:`, encodeURIComponent(pem), encodeURI(pem)]) {
    expect(certificateIn(text)?.raw).toEqual(der);
  }
});

test("anything else is no certificate", () => {
  const one = `:${der.toString("base64")}:`;
  for (const text of [
    "",
    "::",
    one.slice(1),
    `${one}, ${one}`,
    ":AAAA:",
    "%",
    encodeURIComponent(pem + pem),
  ])
    expect(certificateIn(text), text.slice(0, 40)).toBeNull();
});

test("the mark of another process is nobody's", () => {
  expect(clientCertificateThumbprint(new Headers())).toBeNull();
  for (const mark of ["undefined abc", "abc", " abc", `${"0".repeat(64)} abc`])
    expect(clientCertificateThumbprint(new Headers({ [MARK_HEADER]: mark }))).toBeNull();
});

test("an entry of the list of proxies that is no address is named", () => {
  expect(addressList(["10.0.0.0/8", "::1", "192.0.2.7"]).check("10.9.8.7")).toBe(true);
  for (const entry of ["proxy.example", "10.0.0.0/33", "10.0.0.0/", "1.2.3.4/8/8", ""])
    expect(() => addressList([entry]), entry).toThrow(`${entry} is neither`);
});
