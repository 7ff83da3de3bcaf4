import "server-only";
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { env } from "#server/platform/env/env.ts";

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what a session row must not show: AES-256-GCM under SESSION_KEY, bound to the session and
 * the column, so that a value moved to another row or column does not open.
 * Layout: version, IV, tag, ciphertext.
 */
export function encryptFor(sessionId: string, column: string, text: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key(), iv);
  cipher.setAAD(boundTo(sessionId, column));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
}

/** Throws when the value was made with another key, for another row or column, or was changed. */
export function decryptFor(sessionId: string, column: string, value: Buffer): string {
  if (value[0] !== VERSION) throw new Error(`session.${column} has an unknown version`);
  const iv = value.subarray(1, 1 + IV_BYTES);
  const tag = value.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key(), iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(sessionId, column));
  decipher.setAuthTag(tag);
  const body = value.subarray(1 + IV_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
}

function boundTo(sessionId: string, column: string): Buffer {
  return Buffer.from(`session|${sessionId}|${column}`);
}

let kept: { hex: string; key: KeyObject } | undefined;

function key(): KeyObject {
  const hex = env().SESSION_KEY;
  if (kept?.hex !== hex) kept = { hex, key: createSecretKey(hex, "hex") };
  return kept.key;
}
