import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import { z } from "zod";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { OpenBaoError } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";
import { Pki } from "./pki.ts";

/** A name of ours for an issuer and its key: OpenBao refuses a second one, so a repeat is recognised. */
export interface NewAuthority {
  name: string;
  commonName: string;
}

const ConfigBody = z.object({
  data: z.object({ default: z.string(), default_follows_latest_issuer: z.boolean() }),
});
const KeyBody = z.object({ data: z.object({ key_id: z.string() }) });
const IssuerKeyBody = z.object({
  data: z.object({ issuer_id: z.string(), key_id: z.string(), certificate: z.string() }),
});
const CsrBody = z.object({ data: z.object({ csr: z.string() }) });
const SignedBody = z.object({
  data: z.object({ certificate: z.string(), issuing_ca: z.string() }),
});
const ImportedBody = z.object({
  data: z.object({ imported_issuers: z.array(z.string()).nullable() }),
});
const LeafBody = z.object({ data: z.object({ certificate: z.string() }) });

/**
 * How one authority of a mount follows another. Each step finds what it did before by its names, so
 * that doing it again makes nothing twice.
 */
export class PkiSuccession {
  readonly #calls: EngineCalls;
  readonly #mount: string;
  readonly issuers: Pki;

  constructor(http: OpenBaoHttp, mount = "pki") {
    this.#calls = new EngineCalls(http);
    this.#mount = mount;
    this.issuers = new Pki(http, mount);
  }

  /** Whether a new issuer would sign at once, before anybody tried it. */
  async followsLatest(): Promise<boolean> {
    const path = this.#path("config", "issuers");
    const found = await this.#calls.read("issuer config", path, ConfigBody);
    return found?.data.default_follows_latest_issuer ?? false;
  }

  /** A request for a key of this name, which is made the first time. */
  async csrFor({ name, commonName }: NewAuthority): Promise<string> {
    const key = await this.#calls.read("key read", this.#path("key", name), KeyBody);
    const path = this.#path("intermediate", "generate", key ? "existing" : "internal");
    const made = key ? { key_ref: name } : { key_name: name, key_type: "ec", key_bits: 256 };
    const body = { ...made, common_name: commonName };
    return (await this.#calls.send("csr generate", path, body, CsrBody)).data.csr;
  }

  /** Whether the key of this name has its certificate; one that was taken and not named yet is named. */
  async isTaken(name: string): Promise<boolean> {
    if (await this.#withKey(name)) return true;
    const key = await this.#calls.read("key read", this.#path("key", name), KeyBody);
    const [issuerId] = key ? await this.#allCertified(key.data.key_id) : [];
    if (issuerId) await this.#rename(issuerId, name);
    return issuerId !== undefined;
  }

  /** Signs a request with one of this mount's issuers; the chain begins with the new certificate. */
  async sign(
    reference: string,
    csrPem: string,
    about: { commonName: string; ttlSeconds: number },
  ): Promise<string[]> {
    const path = this.#path("issuer", reference, "sign-intermediate");
    const body = { csr: csrPem, common_name: about.commonName, ttl: `${about.ttlSeconds}s` };
    const { data } = await this.#calls.send("sign intermediate", path, body, SignedBody);
    return [data.certificate, data.issuing_ca];
  }

  /**
   * The new root's key, certified by the old root as well: who trusts only the old one can follow.
   * Gives the certificate, kept as an issuer under its own name.
   */
  async crossSign(
    { newIssuer, oldIssuer, name }: { newIssuer: string; oldIssuer: string; name: string },
    about: { commonName: string; ttlSeconds: number },
  ): Promise<string> {
    const found = await this.#withKey(name);
    if (found) return found.certificate;
    const { key_id } = await this.#mustWithKey(newIssuer);
    const nameless = await this.#certified(key_id, newIssuer);
    if (nameless) return this.#rename(nameless, name);
    const path = this.#path("intermediate", "cross-sign");
    const body = { common_name: about.commonName, key_ref: key_id };
    const { csr } = (await this.#calls.send("cross-sign", path, body, CsrBody)).data;
    const [certificate = ""] = await this.sign(oldIssuer, csr, about);
    await this.#calls.send(
      "set signed",
      this.#path("intermediate", "set-signed"),
      { certificate },
      ImportedBody,
    );
    const taken = await this.#certified(key_id, newIssuer);
    if (!taken) throw new OpenBaoError("outcome_unknown", "cross-sign", null);
    return this.#rename(taken, name);
  }

  /** A short-lived leaf by a role, from this very issuer; its key is thrown away. */
  async issueFrom(reference: string, role: string, commonName: string): Promise<string> {
    const path = this.#path("issuer", reference, "issue", role);
    const body = { common_name: commonName, ttl: "5m" };
    return (await this.#calls.send("issue", path, body, LeafBody)).data.certificate;
  }

  /** `refused` only when OpenBao itself says that this issuer may not issue any more. */
  async probe(reference: string, role: string, commonName: string): Promise<"issues" | "refused"> {
    try {
      await this.issueFrom(reference, role, commonName);
      return "issues";
    } catch (error) {
      const isRefused = error instanceof OpenBaoError && error.failure === "issuer_retired";
      if (isRefused) return "refused";
      throw error;
    }
  }

  /** Whether one of this mount's issuers lists the serial number as revoked. */
  async isRevoked(serialNumber: string): Promise<boolean> {
    const wanted = plain(serialNumber);
    for (const { issuerId } of await this.issuers.issuers()) {
      const pem = await this.#crlOf(issuerId);
      const entries = pem ? new X509Crl(pem).entries : [];
      if (entries.some((entry) => plain(entry.serialNumber) === wanted)) return true;
    }
    return false;
  }

  /** Takes issuers away that nobody was given, and their key. What is gone already is no error. */
  async discard(names: readonly string[], keyName?: string): Promise<void> {
    const keys = new Set<string>(keyName ? [keyName] : []);
    for (const name of names) {
      const found = await this.#withKey(name);
      if (!found) continue;
      keys.add(found.key_id);
      for (const same of await this.#allCertified(found.key_id)) {
        await this.#calls.remove("issuer delete", this.#path("issuer", same));
      }
    }
    for (const key of keys) await this.#calls.remove("key delete", this.#path("key", key));
  }

  /** An issuer whose certificate came without its key has no list. */
  async #crlOf(issuerId: string): Promise<string | null> {
    const found = await this.#withKey(issuerId);
    return found?.key_id ? this.issuers.crl(issuerId) : null;
  }

  async #withKey(reference: string) {
    const path = this.#path("issuer", reference);
    return (await this.#calls.read("issuer read", path, IssuerKeyBody))?.data ?? null;
  }

  async #mustWithKey(reference: string) {
    const found = await this.#withKey(reference);
    if (!found) throw new OpenBaoError("not_found", "issuer read", 404);
    return found;
  }

  async #allCertified(keyId: string): Promise<string[]> {
    const same: string[] = [];
    for (const { issuerId } of await this.issuers.issuers()) {
      const found = await this.#withKey(issuerId);
      if (keyId && found?.key_id === keyId) same.push(issuerId);
    }
    return same;
  }

  /** The other certificate of a root's key: one that another issuer signed. */
  async #certified(keyId: string, besides: string): Promise<string | null> {
    const own = await this.#mustWithKey(besides);
    for (const issuerId of await this.#allCertified(keyId)) {
      if (issuerId === own.issuer_id) continue;
      const found = await this.#mustWithKey(issuerId);
      const certificate = new X509Certificate(found.certificate);
      if (!certificate.verify(certificate.publicKey)) return issuerId;
    }
    return null;
  }

  async #rename(issuerId: string, name: string): Promise<string> {
    await this.#calls.do(
      "issuer rename",
      this.#path("issuer", issuerId),
      { issuer_name: name },
      true,
    );
    return (await this.#mustWithKey(name)).certificate;
  }

  #path(...segments: string[]): string {
    return enginePath(this.#mount, ...segments);
  }
}

function plain(serialNumber: string): string {
  return serialNumber.replaceAll(":", "").toLowerCase().replace(/^0+/, "");
}
