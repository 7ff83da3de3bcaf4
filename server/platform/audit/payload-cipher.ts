import "server-only";
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { openingKey, sealingKey, tenantKey } from "./tenant-keys.ts";

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A payload as it is kept: apart from the event, encrypted, erasable (DESIGN §6). */
export interface SealedPayload {
  keyId: string;
  salt: Buffer;
  /** iv ‖ tag ‖ AES-256-GCM ciphertext; bound to tenant and event. */
  ciphertext: Buffer;
  /** SHA-256(salt ‖ canonical payload): what the log entry commits to. */
  commitment: Buffer;
}

export function sealPayload(tenant: string, eventId: string, payload: JsonValue): SealedPayload {
  const text = Buffer.from(canonicalJson(payload), "utf8");
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const { keyId, key } = sealingKey(tenant);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(`${tenant}|${eventId}`));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return {
    keyId,
    salt,
    ciphertext: Buffer.concat([iv, cipher.getAuthTag(), body]),
    commitment: createHash("sha256").update(salt).update(text).digest(),
  };
}

/**
 * Gives the payload back. Throws when it was altered, moved to another event, or its key is unknown
 * or destroyed.
 */
export function openPayload(
  tenant: string,
  eventId: string,
  sealed: Pick<SealedPayload, "keyId" | "ciphertext">,
): JsonValue {
  const key = openingKey(tenant, sealed.keyId);
  const iv = sealed.ciphertext.subarray(0, IV_BYTES);
  const tag = sealed.ciphertext.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, iv);
  decipher.setAAD(Buffer.from(`${tenant}|${eventId}`));
  decipher.setAuthTag(tag);
  const body = sealed.ciphertext.subarray(IV_BYTES + TAG_BYTES);
  const text = Buffer.concat([decipher.update(body), decipher.final()]);
  return JSON.parse(text.toString("utf8")) as JsonValue;
}

/** The pseudonym under which an actor stands in the log: stable in a tenant, unlinkable across tenants. */
export function actorReference(tenant: string, kind: string, key: string): string {
  const digest = createHmac("sha256", tenantKey(tenant, "actor")).update(key).digest("hex");
  return `${kind}:${digest.slice(0, 32)}`;
}
