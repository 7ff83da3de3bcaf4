import { hkdfSync } from "node:crypto";
import { type NoteSigner, noteSigner } from "./note-key.ts";

/**
 * The signing key of one log, derived from an installation's seed (32 bytes), so that no log's signature
 * can be passed off as another's. HKDF-SHA-256, RFC 5869.
 */
export function logSignerOf(seed: Uint8Array, origin: string): NoteSigner {
  const info = `sovereign-console/log-signing/v1/${origin}`;
  return noteSigner(origin, new Uint8Array(hkdfSync("sha256", seed, "", info, 32)));
}
