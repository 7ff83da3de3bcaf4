import "server-only";
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { env } from "#server/platform/env/env.ts";

/** A nonce is good for this long; a new one is handed out from half of it on. */
export const NONCE_SECONDS = 300;
const BYTES = { time: 6, random: 8, mac: 16 } as const;

/**
 * A nonce of RFC 9449 §9, as any replica knows it again: the time it was made (the database's clock),
 * random bytes, and a MAC over both by a key derived from SESSION_KEY. Nothing is stored.
 */
export function issueNonce(now: Date): string {
  const time = Buffer.alloc(BYTES.time);
  time.writeUIntBE(Math.floor(now.getTime() / 1000), 0, BYTES.time);
  const body = Buffer.concat([time, randomBytes(BYTES.random)]);
  return Buffer.concat([body, macOf(body)]).toString("base64url");
}

/** How old a nonce of ours is, in seconds; null when it is none. */
export function nonceAgeSeconds(nonce: string, now: Date): number | null {
  const bytes = Buffer.from(nonce, "base64url");
  const bodyLength = BYTES.time + BYTES.random;
  if (bytes.length !== bodyLength + BYTES.mac || bytes.toString("base64url") !== nonce) return null;
  const body = bytes.subarray(0, bodyLength);
  if (!timingSafeEqual(bytes.subarray(bodyLength), macOf(body))) return null;
  return Math.floor(now.getTime() / 1000) - body.readUIntBE(0, BYTES.time);
}

function macOf(body: Buffer): Buffer {
  return createHmac("sha256", key()).update(body).digest().subarray(0, BYTES.mac);
}

const keys = new Map<string, Buffer>();

function key(): Buffer {
  const secret = env().SESSION_KEY;
  let derived = keys.get(secret);
  if (!derived) {
    const bytes = hkdfSync("sha256", Buffer.from(secret, "hex"), "", "dpop-nonce", 32);
    derived = Buffer.from(bytes);
    keys.set(secret, derived);
  }
  return derived;
}
