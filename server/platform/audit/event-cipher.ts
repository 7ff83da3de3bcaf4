import "server-only";
import { createHash, hash, type KeyObject, randomBytes } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { retentionClassOf } from "#server/engines/retention/retention-classes.ts";
import { dataKeyFor, eventKey } from "./data-keys.ts";
import { openPayload } from "./payload-cipher.ts";
import { openingKey, sealingKey } from "./tenant-keys.ts";
import { unwrapBytes, wrapBytes } from "./wrapped-bytes.ts";

const SALT_BYTES = 16;

/** A payload with the salt that hides it in its commitment, SHA-256(salt ‖ canonical payload). */
export interface CommittedPayload {
  readonly salted: Buffer;
  readonly commitment: Buffer;
}

export function commitTo(payload: JsonValue): CommittedPayload {
  const salted = Buffer.concat([randomBytes(SALT_BYTES), Buffer.from(canonicalJson(payload))]);
  return { salted, commitment: createHash("sha256").update(salted).digest() };
}

interface EventToSeal {
  eventId: string;
  type: string;
  at: Date;
  /** The entry of the log: payload and salt belong to it and to nothing else. */
  envelope: string;
}

/**
 * Payload and salt, encrypted together with a key of this one event, the envelope as associated data. The key
 * comes of the data key of the event's class and month; where there is none yet, of the tenant's own.
 */
export function sealEvent(
  tenant: string,
  { eventId, type, at, envelope }: EventToSeal,
  { salted }: CommittedPayload,
): { keyId: string; ciphertext: Buffer } {
  const dataKey = dataKeyFor(tenant, retentionClassOf(type), at);
  const { keyId, key } = dataKey
    ? { keyId: dataKey, key: eventKey(tenant, dataKey, eventId) }
    : bytesOf(sealingKey(tenant));
  return { keyId, ciphertext: wrapBytes(key, salted, envelope) };
}

/** An event's payload as it is stored. */
export interface StoredEventPayload {
  event_id: string;
  envelope: string;
  key_id: string;
  /** Clear, in a payload from before salts were encrypted. */
  salt: Buffer | null;
  ciphertext: Buffer;
}

export interface OpenedEvent {
  payload: JsonValue;
  salt: Buffer;
  /** SHA-256(salt ‖ canonical payload), to be held against the commitment. */
  digest: Buffer;
}

/** Gives payload and salt back. Throws when anything was altered or moved, or the key is destroyed. */
export function openEvent(tenant: string, stored: StoredEventPayload): OpenedEvent {
  const { event_id: eventId, key_id: keyId, salt, ciphertext } = stored;
  if (salt) {
    const payload = openPayload(tenant, eventId, { keyId, ciphertext });
    const digest = createHash("sha256").update(salt).update(canonicalJson(payload)).digest();
    return { payload, salt, digest };
  }
  const key = keyId.startsWith("data-")
    ? eventKey(tenant, keyId, eventId)
    : bytesOf({ keyId, key: openingKey(tenant, keyId) }).key;
  const salted = unwrapBytes(key, ciphertext, stored.envelope);
  return {
    payload: JSON.parse(salted.toString("utf8", SALT_BYTES)) as JsonValue,
    salt: salted.subarray(0, SALT_BYTES),
    // What was encrypted is canonical already: these are the very bytes that were committed to.
    digest: hash("sha256", salted, "buffer"),
  };
}

function bytesOf({ keyId, key }: { keyId: string; key: KeyObject }): {
  keyId: string;
  key: Buffer;
} {
  return { keyId, key: key.export() };
}
