import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/*
 * The bytes of a key become an object first: node's ciphers find out by an exception that a buffer is none,
 * which takes longer than to encrypt a payload.
 */

/** iv ‖ tag ‖ AES-256-GCM ciphertext of bytes that belong to `place`. */
export function wrapBytes(key: Buffer, bytes: Uint8Array, place: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", createSecretKey(key), iv);
  cipher.setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Throws when the bytes were altered, belong elsewhere or are under another key. */
export function unwrapBytes(key: Buffer, wrapped: Buffer, place: string): Buffer {
  const iv = wrapped.subarray(0, IV_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", createSecretKey(key), iv);
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const body = decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES));
  return Buffer.concat([body, decipher.final()]);
}
