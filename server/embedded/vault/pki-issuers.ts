import { randomUUID } from "node:crypto";
import { parseDuration } from "./duration.ts";
import type { PkiMount } from "./engine-state.ts";
import type { Signer } from "./pki-certificates.ts";
import type { VaultRequest } from "./request.ts";
import { VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** A request to a mount of the PKI engine. */
export interface PkiCall {
  store: VaultStore;
  request: VaultRequest;
  mountPath: string;
  mount: PkiMount;
  change<T>(apply: (mount: PkiMount) => T): T;
}

export function addIssuer(
  mount: PkiMount,
  made: { name: string; certificate: string; privateKey: string | null; keyId: string },
): string {
  const id = randomUUID();
  mount.issuers[id] = { ...made, revokedAt: null };
  delete mount.pendingKeys[made.keyId];
  mount.defaultIssuer ||= id;
  return id;
}

export function find(mount: PkiMount, reference: string): string {
  const id = findOrNull(mount, reference);
  if (id) return id;
  if (reference === "default") throw new VaultError(500, "no default issuer currently configured");
  const why = `unable to find PKI issuer for reference: ${reference}`;
  throw new VaultError(500, `1 error occurred:\n\t* ${why}\n\n`);
}

export function findOrNull(mount: PkiMount, reference: string): string | null {
  if (reference === "default") return mount.defaultIssuer || null;
  if (mount.issuers[reference]) return reference;
  return Object.keys(mount.issuers).find((id) => mount.issuers[id]?.name === reference) ?? null;
}

export function freeName(mount: PkiMount, name: string, own = ""): string {
  const id = name ? findOrNull(mount, name) : null;
  if (id && id !== own) throw new VaultError(400, "issuer name already in use");
  return name;
}

export function signerOf(mount: PkiMount, id: string): Signer {
  const found = mount.issuers[id];
  if (!found?.privateKey || found.revokedAt !== null) {
    const usage = "requested usage issuing-certificates for issuer";
    const why = `${usage} [id:${id}] but only had usage crl-signing,ocsp-signing,read-only`;
    const what = `error while attempting to use issuer ${id}: ${why}`;
    throw new VaultError(500, `1 error occurred:\n\t* error fetching CA certificate: ${what}\n\n`);
  }
  return { certificate: found.certificate, privateKey: found.privateKey };
}

export function lifeOf(mount: PkiMount, ttl: unknown): number {
  const asked = ttl ? parseDuration(ttl) : mount.maxTtlSeconds;
  return Math.min(asked || mount.maxTtlSeconds, mount.maxTtlSeconds);
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
