import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { demoSvid } from "./demo-svid.ts";

cryptoProvider.set(webcrypto as Crypto);

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const LIFE_MILLIS = 5 * 60_000;
/** As SPIRE does by itself: at half of the life. */
const RENEW_MILLIS = LIFE_MILLIS / 2;

/**
 * The demo's stand-in for a SPIFFE workload API that writes to files: an X.509 SVID for one workload
 * of each organization, five minutes long, made anew at half of its life by an authority that lives
 * and dies with this process. The keys are thrown away: only the certificates are looked at.
 */
export class DemoIdentities {
  readonly #folder: string;
  readonly #sovereign: string;
  readonly #tenants: readonly string[];
  readonly #issuedAt = new Map<string, number>();
  readonly #authority = newKeys();

  constructor(folder: string, sovereign: string, tenants: readonly string[]) {
    this.#folder = folder;
    this.#sovereign = sovereign;
    this.#tenants = tenants;
  }

  /** Issues what is due; gives how many. */
  async turn(now: Date): Promise<number> {
    const due = this.#tenants.filter(
      (tenant) => now.getTime() - (this.#issuedAt.get(tenant) ?? 0) >= RENEW_MILLIS,
    );
    for (const tenant of due) {
      const { file, spiffeId } = demoSvid(this.#sovereign, tenant);
      const path = join(this.#folder, file);
      mkdirSync(dirname(path), { recursive: true });
      // Readers see the old one or the new one, never half of it.
      writeFileSync(`${path}.new`, await this.#issue(spiffeId, now));
      renameSync(`${path}.new`, path);
      this.#issuedAt.set(tenant, now.getTime());
    }
    return due.length;
  }

  async #issue(spiffeId: string, now: Date): Promise<string> {
    const [authority, workload] = await Promise.all([this.#authority, newKeys()]);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: `40${randomBytes(15).toString("hex")}`,
      issuer: "O=Demo workload identities",
      subject: "O=Demo workload",
      notBefore: now,
      notAfter: new Date(now.getTime() + LIFE_MILLIS),
      signingAlgorithm: ALGORITHM,
      signingKey: authority.privateKey,
      publicKey: workload.publicKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new SubjectAlternativeNameExtension([{ type: "url", value: spiffeId }]),
      ],
    });
    return certificate.toString("pem");
  }
}

async function newKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
}
