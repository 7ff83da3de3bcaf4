import "server-only";
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { derivedKey } from "./payload-cipher.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEYS = new Map<string, Buffer>();

/** The pages of a tenant's search index hold words of payloads: encrypted like these, and erasable. */
export interface IndexCipher {
  /** iv ‖ tag ‖ AES-256-GCM ciphertext, bound to `place`. */
  seal(bytes: Uint8Array, place: string): Buffer;
  /** Throws when the bytes were altered or belong to another place. */
  open(sealed: Uint8Array, place: string): Buffer;
  /** 32 bits that say nothing of the text to who has no key. */
  hash(text: string): number;
}

export function indexCipher(tenant: string): IndexCipher {
  const key = keyOf(tenant, "search-index");
  const hashKey = keyOf(tenant, "search-pages");
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
    hash: (text) => createHmac("sha256", hashKey).update(text).digest().readUInt32BE(0),
  };
}

/** HKDF is dear beside one page, and the master key does not change while the process runs. */
function keyOf(tenant: string, purpose: string): Buffer {
  const name = `${purpose}|${tenant}`;
  let key = KEYS.get(name);
  if (!key) {
    key = derivedKey(tenant, purpose);
    KEYS.set(name, key);
  }
  return key;
}
