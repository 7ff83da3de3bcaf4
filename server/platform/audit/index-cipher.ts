import "server-only";
import { createHmac, randomBytes } from "node:crypto";
import { unwrapOftenForTenant, wrapForTenant } from "./data-keys.ts";
import { tenantKey } from "./tenant-keys.ts";
import { unwrapBytes, wrapBytes } from "./wrapped-bytes.ts";

/** The pages of a tenant's search index hold words of payloads: encrypted like these, and erasable. */
export interface IndexCipher {
  /** iv ‖ tag ‖ AES-256-GCM ciphertext, bound to `place`. */
  seal(bytes: Uint8Array, place: string): Buffer;
  /** Throws when the bytes were altered or belong to another place. */
  open(sealed: Uint8Array, place: string): Buffer;
  /** 32 bits that spread texts over pages, another way for each tenant. */
  hash(text: string): number;
}

/**
 * The cipher of one segment's pages. Each has a key of its own, wrapped by the tenant's, so that a segment that is
 * written anew after an erasure leaves nothing readable of the old one; without one it is the tenant's index key.
 */
export function segmentCipher(
  tenant: string,
  segment: string,
  wrappedKey: Buffer | null,
): IndexCipher {
  const key = wrappedKey
    ? unwrapOftenForTenant(tenant, wrappedKey, segmentPlace(segment))
    : tenantKey(tenant, "search-index").export();
  return cipherWith(tenant, key);
}

/** The same with a new key; `wrappedKey` is to be stored with the segment. */
export function newSegmentCipher(
  tenant: string,
  segment: string,
): { cipher: IndexCipher; wrappedKey: Buffer | null } {
  const key = randomBytes(32);
  const wrappedKey = wrapForTenant(tenant, key, segmentPlace(segment)) ?? null;
  return {
    cipher: wrappedKey ? cipherWith(tenant, key) : segmentCipher(tenant, segment, null),
    wrappedKey,
  };
}

export const segmentPlace = (segment: string) => `segment|${segment}`;

/** Which page a word is on. */
export function pageHash(tenant: string): IndexCipher["hash"] {
  const seed = seedOf(tenant);
  return (text) => mixed(text, seed);
}

function cipherWith(tenant: string, key: Buffer): IndexCipher {
  return {
    seal: (bytes, place) => wrapBytes(key, bytes, `${tenant}|${place}`),
    open: (sealed, place) => unwrapBytes(key, Buffer.from(sealed), `${tenant}|${place}`),
    // What a page holds is hidden by its encryption; this only has to be quick.
    hash: pageHash(tenant),
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
