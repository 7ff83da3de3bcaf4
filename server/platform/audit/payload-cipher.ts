import "server-only";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { env } from "../env/env.ts";

const KEY_ID = "payload-1";
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

const keys = new Map<string, KeyObject>();

/**
 * A tenant's own key for one purpose, made from the installation's master key. Kept while the
 * process runs: making it costs more than using it.
 */
export function derivedKey(tenant: string, purpose: string): KeyObject {
  const master = env().PAYLOAD_KEY;
  const name = `${master}|${purpose}|${tenant}`;
  let key = keys.get(name);
  if (!key) {
    const info = `sovereign-console/${purpose}`;
    key = createSecretKey(
      Buffer.from(hkdfSync("sha256", Buffer.from(master, "hex"), tenant, info, 32)),
    );
    keys.set(name, key);
  }
  return key;
}

export function sealPayload(tenant: string, eventId: string, payload: JsonValue): SealedPayload {
  const text = Buffer.from(canonicalJson(payload), "utf8");
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", derivedKey(tenant, KEY_ID), iv);
  cipher.setAAD(Buffer.from(`${tenant}|${eventId}`));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return {
    keyId: KEY_ID,
    salt,
    ciphertext: Buffer.concat([iv, cipher.getAuthTag(), body]),
    commitment: createHash("sha256").update(salt).update(text).digest(),
  };
}

/** Gives the payload back. Throws when it was altered, moved to another event, or its key is unknown. */
export function openPayload(
  tenant: string,
  eventId: string,
  sealed: Pick<SealedPayload, "keyId" | "ciphertext">,
): JsonValue {
  if (sealed.keyId !== KEY_ID) throw new Error(`unknown payload key ${sealed.keyId}`);
  const iv = sealed.ciphertext.subarray(0, IV_BYTES);
  const tag = sealed.ciphertext.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", derivedKey(tenant, KEY_ID), iv);
  decipher.setAAD(Buffer.from(`${tenant}|${eventId}`));
  decipher.setAuthTag(tag);
  const body = sealed.ciphertext.subarray(IV_BYTES + TAG_BYTES);
  const text = Buffer.concat([decipher.update(body), decipher.final()]);
  return JSON.parse(text.toString("utf8")) as JsonValue;
}

/** The pseudonym under which an actor stands in the log: stable in a tenant, unlinkable across tenants. */
export function actorReference(tenant: string, kind: string, key: string): string {
  const digest = createHmac("sha256", derivedKey(tenant, "actor")).update(key).digest("hex");
  return `${kind}:${digest.slice(0, 32)}`;
}
