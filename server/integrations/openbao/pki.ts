import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { OpenBaoError, oddAnswer } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";

export interface Issuer {
  issuerId: string;
  name: string;
  certificatePem: string;
  commonName: string;
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  isSelfSigned: boolean;
  isRevoked: boolean;
}

export interface IssuerListing {
  issuerId: string;
  name: string;
  isDefault: boolean;
}

export interface RootRequest {
  /** Our idempotency key: OpenBao refuses a second issuer of this name. */
  issuerName: string;
  commonName: string;
  ttlSeconds: number;
  keyType?: "ec" | "rsa" | "ed25519";
  keyBits?: number;
}

export interface IssuedCertificate {
  serialNumber: string;
  certificatePem: string;
  privateKey: SecretValue;
}

const ListBody = z.object({
  data: z.object({
    keys: z.array(z.string()),
    key_info: z.record(z.string(), z.object({ issuer_name: z.string(), is_default: z.boolean() })),
  }),
});
const IssuerBody = z.object({
  data: z.object({
    issuer_id: z.string(),
    issuer_name: z.string(),
    certificate: z.string(),
    revoked: z.boolean().default(false),
  }),
});
const GeneratedBody = z.object({ data: z.object({ issuer_id: z.string() }) });
const CsrBody = z.object({ data: z.object({ csr: z.string(), key_id: z.string() }) });
const SignedBody = z.object({
  data: z.object({ certificate: z.string(), ca_chain: z.array(z.string()).nullish() }),
});
const ImportedBody = z.object({
  data: z.object({ imported_issuers: z.array(z.string()).nullable() }),
});
const DefaultBody = z.object({ data: z.object({ default: z.string() }) });
const CrlBody = z.object({ data: z.object({ crl: z.string() }) });
const IssuedBody = z.object({
  data: z.object({ serial_number: z.string(), certificate: z.string(), private_key: z.string() }),
});
const RevokedBody = z.object({ data: z.object({ revocation_time: z.number().positive() }) });

/** Certificate authorities below one PKI mount. An issuer is named by its id or its name. */
export class Pki {
  readonly #calls: EngineCalls;
  readonly #mount: string;

  constructor(http: OpenBaoHttp, mount = "pki") {
    this.#calls = new EngineCalls(http);
    this.#mount = mount;
  }

  async issuers(): Promise<IssuerListing[]> {
    const found = await this.#calls.list("issuer list", this.#path("issuers"), ListBody);
    return (found?.data.keys ?? []).map((issuerId) => {
      const info = found?.data.key_info[issuerId];
      return { issuerId, name: info?.issuer_name ?? "", isDefault: info?.is_default ?? false };
    });
  }

  /** Null when there is no such issuer; `default` names the one that signs. */
  async issuer(reference: string): Promise<Issuer | null> {
    const path = this.#path("issuer", reference);
    const found = await this.#calls.read("issuer read", path, IssuerBody);
    if (!found) return null;
    return { ...certificateOf(found.data.certificate), ...named(found.data) };
  }

  /** A new self-signed issuer, beside the others and not the default. Asked again, it answers the one it made. */
  async generateRoot(request: RootRequest): Promise<Issuer> {
    const existing = await this.issuer(request.issuerName);
    if (existing) return existing;
    const isFirst = (await this.issuers()).length === 0;
    const path = this.#path(...(isFirst ? ["root", "generate"] : ["root", "rotate"]), "internal");
    const made = await this.#calls.send("root generate", path, rootBody(request), GeneratedBody);
    return this.#mustRead(made.data.issuer_id, "root generate");
  }

  /** A new key and its certificate request, to be signed by an authority elsewhere. */
  async generateIntermediateCsr(request: Omit<RootRequest, "ttlSeconds" | "issuerName">) {
    const path = this.#path("intermediate", "generate", "internal");
    const { data } = await this.#calls.send("csr generate", path, csrBody(request), CsrBody);
    return { csrPem: data.csr, keyId: data.key_id };
  }

  /** Signs another authority's request with one of our issuers; answers certificate and chain. */
  async signIntermediate(
    reference: string,
    csrPem: string,
    commonName: string,
    ttlSeconds: number,
  ) {
    const path = this.#path("issuer", reference, "sign-intermediate");
    const body = { csr: csrPem, common_name: commonName, ttl: `${ttlSeconds}s` };
    const { data } = await this.#calls.send("sign intermediate", path, body, SignedBody);
    return { certificatePem: data.certificate, chainPem: data.ca_chain ?? [] };
  }

  /** Takes the certificate of our own request, under a name. Taking the same one again is harmless. */
  async setSignedIntermediate(chainPem: string[], issuerName: string): Promise<Issuer> {
    const existing = await this.issuer(issuerName);
    if (existing) return existing;
    const serial = certificateOf(chainPem[0] ?? "").serialNumber;
    const path = this.#path("intermediate", "set-signed");
    const body = { certificate: chainPem.join("\n") };
    await this.#calls.send("set signed", path, body, ImportedBody, true);
    for (const { issuerId } of await this.issuers()) {
      const issuer = await this.issuer(issuerId);
      if (issuer?.serialNumber !== serial) continue;
      const rename = this.#path("issuer", issuerId);
      await this.#calls.do("issuer rename", rename, { issuer_name: issuerName }, true);
      return this.#mustRead(issuerName, "set signed");
    }
    throw oddAnswer("set signed", "contradiction");
  }

  /** From now on this issuer signs; answers its id. */
  async setDefault(reference: string): Promise<string> {
    const path = this.#path("config", "issuers");
    const operation = "set default issuer";
    const body = { default: reference };
    return (await this.#calls.send(operation, path, body, DefaultBody, true)).data.default;
  }

  /** Marks an issuer revoked: it signs no more, its parent's CRL in this mount lists it. For ever. */
  async revokeIssuer(reference: string): Promise<void> {
    const path = this.#path("issuer", reference, "revoke");
    await this.#calls.do("issuer revoke", path, {}, true);
    const issuer = await this.#mustRead(reference, "issuer revoke");
    if (!issuer.isRevoked) throw oddAnswer("issuer revoke", "contradiction");
  }

  /** The revocation list an issuer signs, in PEM; null when there is no such issuer. */
  async crl(reference: string): Promise<string | null> {
    const path = this.#path("issuer", reference, "crl");
    return (await this.#calls.read("crl read", path, CrlBody))?.data.crl ?? null;
  }

  /** A leaf by a role. Not repeated: each call makes a certificate. */
  async issue(role: string, commonName: string): Promise<IssuedCertificate> {
    const body = { common_name: commonName };
    const { data } = await this.#calls.send("issue", this.#path("issue", role), body, IssuedBody);
    return {
      serialNumber: data.serial_number,
      certificatePem: data.certificate,
      privateKey: SecretValue.of(data.private_key),
    };
  }

  /** Revokes a leaf by its serial number; answers when. Revoking it again answers the first time. */
  async revokeCertificate(serialNumber: string): Promise<Date> {
    const body = { serial_number: serialNumber };
    const path = this.#path("revoke");
    const { data } = await this.#calls.send("certificate revoke", path, body, RevokedBody, true);
    return new Date(data.revocation_time * 1000);
  }

  async #mustRead(reference: string, operation: string): Promise<Issuer> {
    const issuer = await this.issuer(reference);
    if (!issuer) throw new OpenBaoError("not_found", operation, 404);
    return issuer;
  }

  #path(...segments: string[]): string {
    return enginePath(this.#mount, ...segments);
  }
}

function rootBody(request: RootRequest) {
  return {
    ...csrBody(request),
    issuer_name: request.issuerName,
    ttl: `${request.ttlSeconds}s`,
  };
}

function csrBody(request: Pick<RootRequest, "commonName" | "keyType" | "keyBits">) {
  return {
    common_name: request.commonName,
    key_type: request.keyType ?? "ec",
    key_bits: request.keyBits ?? 256,
  };
}

function named(data: z.infer<typeof IssuerBody>["data"]) {
  return { issuerId: data.issuer_id, name: data.issuer_name, isRevoked: data.revoked };
}

function certificateOf(pem: string) {
  try {
    const certificate = new X509Certificate(pem);
    return {
      certificatePem: pem.trim(),
      commonName: /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1] ?? "",
      serialNumber: certificate.serialNumber.toLowerCase().replace(/(..)(?=.)/g, "$1:"),
      notBefore: new Date(certificate.validFrom),
      notAfter: new Date(certificate.validTo),
      isSelfSigned: certificate.verify(certificate.publicKey),
    };
  } catch {
    throw oddAnswer("issuer read", "malformed");
  }
}
