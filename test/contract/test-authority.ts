import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as Crypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface TestAuthority {
  /** PEM. */
  certificate: string;
  issue(leaf: {
    commonName: string;
    dns?: string;
    uri?: string;
    notBefore?: Date;
    notAfter?: Date;
  }): Promise<{ certificate: string; privateKey: string }>;
}

/** A certificate authority for one test: servers, clients, SVIDs. */
export async function makeTestAuthority(commonName: string): Promise<TestAuthority> {
  const keys = await newKeys();
  const name = `CN=${commonName}`;
  const validity = () => ({
    serialNumber: `40${randomBytes(15).toString("hex")}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: ALGORITHM,
    signingKey: keys.privateKey,
  });
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: authority.toString("pem"),
    async issue({ commonName: leafName, dns, uri, ...times }) {
      const leafKeys = await newKeys();
      const names: { type: GeneralNameType; value: string }[] = [];
      if (dns) names.push({ type: "dns", value: dns });
      if (uri) names.push({ type: "url", value: uri });
      const leaf = await X509CertificateGenerator.create({
        ...validity(),
        ...times,
        subject: `CN=${leafName}`,
        issuer: name,
        publicKey: leafKeys.publicKey,
        extensions: [
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension(names),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey);
      return {
        certificate: leaf.toString("pem"),
        privateKey: PemConverter.encode(pkcs8, "PRIVATE KEY"),
      };
    },
  };
}

async function newKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
}
