import { createHash } from "node:crypto";

/**
 * SHA-256 over the parts, one after the other. The only place of the engine that names a hash
 * implementation (synchronous, which WebCrypto is not): a browser build swaps this one file.
 */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
