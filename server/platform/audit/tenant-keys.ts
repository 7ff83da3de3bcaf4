import "server-only";
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { forgetDataKeys } from "./data-keys.ts";
import { derivedKey } from "./installation-key.ts";
import { missAllKeys, missKey } from "./key-reading.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** How long a process goes on with keys that it read; with the keeper's part it is KEYS_KEPT_SECONDS. */
const LIFETIME_MILLIS = 55_000;
/** A tenant without data keys gets some soon. */
const NONE_LIFETIME_MILLIS = 5_000;

export const INSTALLATION_KEY_ID = "payload-1";

/** A row of `tenant_key`; `wrapped` is null once it is destroyed. */
export interface StoredTenantKey {
  key_id: string;
  wrapped: Buffer | null;
}

interface Kept {
  readAt: number;
  keys: ReadonlyMap<string, Buffer | null>;
  hasDataKeys: boolean;
}

// One set a process, also when a bundler loads this module twice.
const shared = globalThis as typeof globalThis & { consoleTenantKeys?: Map<string, Kept> };
shared.consoleTenantKeys ??= new Map();
const kept = shared.consoleTenantKeys;
const derived = new WeakMap<Buffer, Map<string, KeyObject>>();

/** Whether the tenant's keys have to be read (again) before anything is sealed or opened. */
export function needsTenantKeys(tenant: string): boolean {
  const known = kept.get(tenant);
  if (!known) return true;
  const age = performance.now() - known.readAt;
  return age > (known.hasDataKeys ? LIFETIME_MILLIS : NONE_LIFETIME_MILLIS);
}

/** Keeps what was just read of a tenant. Throws when a key was altered or belongs to another tenant. */
export function keepTenantKeys(
  tenant: string,
  rows: readonly StoredTenantKey[],
  hasDataKeys = false,
): void {
  const keys = new Map<string, Buffer | null>();
  for (const { key_id: keyId, wrapped } of rows) {
    keys.set(keyId, wrapped === null ? null : unwrapped(tenant, keyId, wrapped));
  }
  kept.set(tenant, { readAt: performance.now(), keys, hasDataKeys });
}

/** Has the next transaction of the tenant read its keys anew; those under way go on with what they know. */
export function expireTenantKeys(tenant: string): void {
  const known = kept.get(tenant);
  if (known) kept.set(tenant, { ...known, readAt: Number.NEGATIVE_INFINITY });
}

/** Drops the tenant's keys at once: transactions read what is left of them, those under way by being done again. */
export function forgetTenantKeys(tenant: string): void {
  kept.delete(tenant);
  forgetDataKeys(tenant);
}

/** A new key for a tenant, wrapped by the installation's key for this tenant and id alone. */
export function newTenantKey(tenant: string): { keyId: string; wrapped: Buffer } {
  const keyId = `tenant-${randomBytes(8).toString("hex")}`;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", derivedKey(tenant, "tenant-key-wrap"), iv);
  cipher.setAAD(Buffer.from(`${tenant}|${keyId}`));
  const body = Buffer.concat([cipher.update(randomBytes(32)), cipher.final()]);
  return { keyId, wrapped: Buffer.concat([iv, cipher.getAuthTag(), body]) };
}

/**
 * The key that new payloads are sealed with: the tenant's own, else one derived from the installation's.
 * Throws when the tenant's key is destroyed: nothing more is written of it.
 */
export function sealingKey(tenant: string): { keyId: string; key: KeyObject } {
  const own = [...keysOf(tenant)][0];
  if (!own) return { keyId: INSTALLATION_KEY_ID, key: derivedKey(tenant, INSTALLATION_KEY_ID) };
  const [keyId, bytes] = own;
  return { keyId, key: ownKey(tenant, keyId, bytes, INSTALLATION_KEY_ID) };
}

/** The key of a payload that says which. Throws for one that is unknown or destroyed. */
export function openingKey(tenant: string, keyId: string): KeyObject {
  if (keyId === INSTALLATION_KEY_ID) return derivedKey(tenant, INSTALLATION_KEY_ID);
  const bytes = keysOf(tenant).get(keyId);
  if (bytes === undefined) {
    missKey(tenant);
    throw new Error(`unknown payload key ${keyId}`);
  }
  return ownKey(tenant, keyId, bytes, INSTALLATION_KEY_ID);
}

/**
 * A key for another purpose (pseudonyms, the search index) that ends with the tenant's own, where it
 * has one from birth; else derived from the installation's.
 */
export function tenantKey(tenant: string, purpose: string): KeyObject {
  const own = [...keysOf(tenant)][0];
  return own ? ownKey(tenant, own[0], own[1], purpose) : derivedKey(tenant, purpose);
}

function keysOf(tenant: string): ReadonlyMap<string, Buffer | null> {
  const known = kept.get(tenant);
  if (known) return known.keys;
  missAllKeys(tenant);
  throw new Error("a tenant's keys are read by its transaction, first of all");
}

function ownKey(tenant: string, keyId: string, bytes: Buffer | null, purpose: string): KeyObject {
  if (bytes === null) throw new Error(`the key ${keyId} is destroyed`);
  let keys = derived.get(bytes);
  if (!keys) {
    keys = new Map();
    derived.set(bytes, keys);
  }
  let key = keys.get(purpose);
  if (!key) {
    key = createSecretKey(
      Buffer.from(hkdfSync("sha256", bytes, tenant, `sovereign-console/${purpose}`, 32)),
    );
    keys.set(purpose, key);
  }
  return key;
}

function unwrapped(tenant: string, keyId: string, wrapped: Buffer): Buffer {
  const iv = wrapped.subarray(0, IV_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", derivedKey(tenant, "tenant-key-wrap"), iv);
  decipher.setAAD(Buffer.from(`${tenant}|${keyId}`));
  decipher.setAuthTag(wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const body = wrapped.subarray(IV_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
