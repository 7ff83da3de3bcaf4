import "server-only";
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { tenantKey } from "./tenant-keys.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The pages of a tenant's search index hold words of payloads: encrypted like these, and erasable. */
export interface IndexCipher {
  /** iv ‖ tag ‖ AES-256-GCM ciphertext, bound to `place`. */
  seal(bytes: Uint8Array, place: string): Buffer;
  /** Throws when the bytes were altered or belong to another place. */
  open(sealed: Uint8Array, place: string): Buffer;
  /** 32 bits that spread texts over pages, another way for each tenant. */
  hash(text: string): number;
}

export function indexCipher(tenant: string): IndexCipher {
  const key = tenantKey(tenant, "search-index");
  const seed = seedOf(tenant);
  const aad = (place: string) => Buffer.from(`${tenant}|${place}`);
  return {
    seal(bytes, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      cipher.setAAD(aad(place));
      const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed, place) {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES));
      decipher.setAAD(aad(place));
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const body = sealed.subarray(IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
    // What a page holds is hidden by its encryption; this only has to be quick.
    hash: (text) => mixed(text, seed),
  };
}

function seedOf(tenant: string): number {
  const key = tenantKey(tenant, "search-pages");
  return createHmac("sha256", key).update("pages").digest().readInt32BE(0);
}

/** FNV-1a over UTF-16 code units from a seed, with the finaliser of MurmurHash3. */
function mixed(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
