import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as Crypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const CLOCK_SKEW_MILLIS = 30_000;
const CRL_LIFE_MILLIS = 72 * 3600 * 1000;

export interface Signer {
  certificate: string;
  privateKey: string;
}

export async function newKey(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
}

export async function exportKey(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** A certificate authority's certificate, self-signed unless a signer is given. */
export async function makeAuthority(options: {
  commonName: string;
  ttlSeconds: number;
  publicKey: CryptoKey;
  signingKey: CryptoKey;
  issuer?: Signer;
}): Promise<string> {
  const subjectKey = await SubjectKeyIdentifierExtension.create(options.publicKey);
  const certificate = await X509CertificateGenerator.create({
    ...(await common(options.commonName, options.ttlSeconds, options.issuer)),
    publicKey: options.publicKey,
    signingKey: options.signingKey,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      subjectKey,
      ...(await authorityKey(options.issuer)),
    ],
  });
  return certificate.toString("pem");
}

export async function makeLeaf(
  issuer: Signer,
  commonName: string,
  ttlSeconds: number,
): Promise<{ certificate: string; privateKey: string }> {
  const keys = await newKey();
  const certificate = await X509CertificateGenerator.create({
    ...(await common(commonName, ttlSeconds, issuer)),
    publicKey: keys.publicKey,
    signingKey: await importKey(issuer.privateKey),
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new SubjectAlternativeNameExtension([{ type: "dns", value: commonName }]),
      ...(await authorityKey(issuer)),
    ],
  });
  return {
    certificate: certificate.toString("pem"),
    privateKey: await exportKey(keys.privateKey),
  };
}

export async function makeRequest(commonName: string, keys: CryptoKeyPair): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  return request.toString("pem");
}

/** Null unless the request is signed by its own key. */
export async function readRequestKey(pem: string): Promise<CryptoKey | null> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    return (await request.verify()) ? request.publicKey.export() : null;
  } catch {
    return null;
  }
}

export async function makeCrl(
  issuer: Signer,
  revoked: { serialNumber: string; revokedAt: number }[],
): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: new X509Certificate(issuer.certificate).subject,
    thisUpdate: new Date(),
    nextUpdate: new Date(Date.now() + CRL_LIFE_MILLIS),
    entries: revoked.map(({ serialNumber, revokedAt }) => ({
      serialNumber: serialNumber.replaceAll(":", ""),
      revocationDate: new Date(revokedAt * 1000),
    })),
    signingAlgorithm: ALGORITHM,
    signingKey: await importKey(issuer.privateKey),
    extensions: await authorityKey(issuer),
  });
  return list.toString("pem");
}

/** OpenBao's form: lower-case hex in pairs. */
export function serialOf(pem: string): string {
  const { serialNumber } = new X509Certificate(pem);
  return serialNumber.toLowerCase().replace(/(..)(?=.)/g, "$1:");
}

export function expiryOf(pem: string): number {
  return Math.floor(new X509Certificate(pem).notAfter.getTime() / 1000);
}

export async function publicKeyOf(privateKeyPem: string): Promise<string> {
  const jwk = await webcrypto.subtle.exportKey("jwk", await importKey(privateKeyPem));
  return `${jwk.x}.${jwk.y}`;
}

export async function certificateKeyOf(pem: string): Promise<string> {
  const key = await new X509Certificate(pem).publicKey.export();
  const jwk = await webcrypto.subtle.exportKey("jwk", key);
  return `${jwk.x}.${jwk.y}`;
}

export async function importKey(pem: string): Promise<CryptoKey> {
  const [der] = PemConverter.decode(pem);
  if (!der) throw new Error("not a private key");
  return webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]) as Promise<CryptoKey>;
}

/** Both halves of a kept private key. */
export async function pairOf(pem: string): Promise<CryptoKeyPair> {
  const privateKey = await importKey(pem);
  const { d: _, key_ops: __, ...open } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = (await webcrypto.subtle.importKey("jwk", open, ALGORITHM, true, [
    "verify",
  ])) as CryptoKey;
  return { privateKey, publicKey };
}

async function common(commonName: string, ttlSeconds: number, issuer?: Signer) {
  // A positive serial number: its first bit is 0.
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const subject = `CN=${commonName}`;
  return {
    serialNumber: serial.toString("hex"),
    subject,
    issuer: issuer ? new X509Certificate(issuer.certificate).subject : subject,
    notBefore: new Date(Date.now() - CLOCK_SKEW_MILLIS),
    notAfter: new Date(Date.now() + ttlSeconds * 1000),
    signingAlgorithm: ALGORITHM,
  };
}

async function authorityKey(issuer?: Signer): Promise<Extension[]> {
  if (!issuer) return [];
  const key = await new X509Certificate(issuer.certificate).publicKey.export();
  return [await AuthorityKeyIdentifierExtension.create(key)];
}
