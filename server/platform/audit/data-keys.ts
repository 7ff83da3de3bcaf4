import "server-only";
import { randomBytes } from "node:crypto";
import {
  decodePuncturableKey,
  encodePuncturableKey,
  keyOfLabel,
  newPuncturableKey,
  type PuncturableKey,
  puncture,
} from "#server/engines/puncturable-key/puncturable-key.ts";
import { periodOf } from "#server/engines/retention/retention-classes.ts";
import { keeperOf } from "./key-keeper.ts";
import { missAllKeys, missKey } from "./key-reading.ts";
import { unwrapBytes, wrapBytes } from "./wrapped-bytes.ts";

/** What a process knows of keys it forgets after this, together with what was destroyed meanwhile. */
export const KEYS_KEPT_SECONDS = 60;
/** A root key is asked again for each reading of the tenant's keys. */
const FRESH_MILLIS = 5_000;

/** The row of `audit_wrap_key` that is in force. */
export interface StoredWrapKey {
  version: number;
  keeper: string;
  wrapped: string;
}

/** A row of `audit_data_key`; `wrapped` is null once it is destroyed. */
export interface StoredDataKey {
  key_id: string;
  class: string;
  period: string;
  wrapped: Buffer | null;
}

interface Kept {
  wrapKey: Buffer | null;
  version: number;
  keys: ReadonlyMap<string, PuncturableKey | null>;
  /** `class|period` → key id, of keys that are there. */
  byPeriod: ReadonlyMap<string, string>;
  /** Keys of single events that were derived before: the pages that people turn to come again. */
  own: Map<string, Buffer>;
  /** Keys that were unwrapped before, by their place and wrapping: each search needs those of all segments. */
  opened: Map<string, Buffer>;
}

/** Ten pages of the log, the segments of twenty million events; then it begins anew. */
const MOST_REMEMBERED = 500;

interface Unlocked {
  at: number;
  key: Buffer;
}

// One set a process, also when a bundler loads this module twice.
const shared = globalThis as typeof globalThis & {
  consoleDataKeys?: { kept: Map<string, Kept>; unlocked: Map<string, Unlocked> };
};
shared.consoleDataKeys ??= { kept: new Map(), unlocked: new Map() };
const { kept, unlocked } = shared.consoleDataKeys;

const nameOf = (tenant: string, wrapped: string) => `${tenant}|${wrapped}`;

/** Whether the keeper must be asked before these rows can be read. */
export function isLocked(tenant: string, stored: StoredWrapKey | undefined): boolean {
  if (!stored) return false;
  const known = unlocked.get(nameOf(tenant, stored.wrapped));
  return !known || performance.now() - known.at > FRESH_MILLIS;
}

/** Has the keeper unwrap the tenant's key: outside of any transaction. */
export async function unlock(tenant: string, stored: StoredWrapKey): Promise<void> {
  const key = await keeperOf(stored.keeper).unwrap(tenant, stored.wrapped);
  for (const name of unlocked.keys()) if (name.startsWith(`${tenant}|`)) unlocked.delete(name);
  unlocked.set(nameOf(tenant, stored.wrapped), { at: performance.now(), key });
}

/** A new key-encryption key under a version of the root key, known to this process from now on. */
export async function newWrapKey(tenant: string, keeper: string, version: number): Promise<string> {
  const key = randomBytes(32);
  const wrapped = await keeperOf(keeper).wrap(tenant, version, key);
  unlocked.set(nameOf(tenant, wrapped), { at: performance.now(), key });
  return wrapped;
}

/** Keeps what was just read of a tenant. Throws when a key was altered or is of another tenant. */
export function keepDataKeys(
  tenant: string,
  stored: StoredWrapKey | undefined,
  rows: readonly StoredDataKey[],
): void {
  const wrapKey = stored ? unlockedKey(tenant, stored.wrapped) : null;
  const keys = new Map<string, PuncturableKey | null>();
  const byPeriod = new Map<string, string>();
  for (const row of rows) {
    const bytes = row.wrapped && wrapKey && unwrapBytes(wrapKey, row.wrapped, placeOf(tenant, row));
    keys.set(row.key_id, bytes ? decodePuncturableKey(bytes) : null);
    if (bytes) byPeriod.set(`${row.class}|${row.period}`, row.key_id);
  }
  kept.set(tenant, {
    wrapKey,
    version: stored?.version ?? 0,
    keys,
    byPeriod,
    own: new Map(),
    opened: new Map(),
  });
}

/** The key id that an event of this class and time is sealed under; undefined: there is none yet. */
export function dataKeyFor(tenant: string, of: string, at: Date): string | undefined {
  return kept.get(tenant)?.byPeriod.get(`${of}|${periodOf(at)}`);
}

/** The key of one event. Throws for a key that is unknown or destroyed, and for an event that was erased. */
export function eventKey(tenant: string, keyId: string, eventId: string): Buffer {
  const known = kept.get(tenant);
  const name = `${keyId}|${eventId}`;
  const derived = known?.own.get(name);
  if (derived) return derived;
  const key = known?.keys.get(keyId);
  if (!known || key === undefined) {
    if (known) missKey(tenant);
    else missAllKeys(tenant);
    throw new Error(`unknown payload key ${keyId}`);
  }
  if (key === null) throw new Error(`the key ${keyId} is destroyed`);
  const own = keyOfLabel(key, eventId);
  if (!own) throw new Error(`the key of event ${eventId} is destroyed`);
  return remember(known.own, name, own);
}

/** A new data key, wrapped by the tenant's key that has this wrapping. */
export function newDataKey(
  tenant: string,
  wrapping: string,
  of: { class: string; period: string },
): { keyId: string; wrapped: Buffer } {
  const keyId = `data-${randomBytes(8).toString("hex")}`;
  const encoded = encodePuncturableKey(newPuncturableKey());
  const place = placeOf(tenant, { key_id: keyId, ...of });
  return { keyId, wrapped: wrapBytes(unlockedKey(tenant, wrapping), encoded, place) };
}

/** The same data key without these events, under another wrapping. */
export function rewrapDataKey(
  tenant: string,
  row: StoredDataKey & { wrapped: Buffer },
  { from, to, without }: { from: string; to: string; without: readonly string[] },
): Buffer {
  const place = placeOf(tenant, row);
  const key = decodePuncturableKey(unwrapBytes(unlockedKey(tenant, from), row.wrapped, place));
  return wrapBytes(unlockedKey(tenant, to), encodePuncturableKey(puncture(key, without)), place);
}

/** Bytes under the tenant's key that is in force; undefined where it has none. */
export function wrapForTenant(tenant: string, bytes: Buffer, place: string): Buffer | undefined {
  const key = kept.get(tenant)?.wrapKey;
  return key ? wrapBytes(key, bytes, `${tenant}|${place}`) : undefined;
}

export function unwrapForTenant(tenant: string, wrapped: Buffer, place: string): Buffer {
  const known = kept.get(tenant);
  try {
    if (!known?.wrapKey) throw new Error(`${tenant} has no key that anything is wrapped with`);
    return unwrapBytes(known.wrapKey, wrapped, `${tenant}|${place}`);
  } catch (error) {
    if (known) missKey(tenant);
    else missAllKeys(tenant);
    throw error;
  }
}

/** The same, kept in memory as long as the tenant's keys are: for keys that are needed again and again. */
export function unwrapOftenForTenant(tenant: string, wrapped: Buffer, place: string): Buffer {
  const known = kept.get(tenant);
  const name = `${place}|${wrapped.toString("latin1")}`;
  const key = known?.opened.get(name) ?? unwrapForTenant(tenant, wrapped, place);
  return known ? remember(known.opened, name, key) : key;
}

/** From one wrapping of the tenant's to another. */
export function rewrapForTenant(
  tenant: string,
  wrapped: Buffer,
  { place, from, to }: { place: string; from: string; to: string },
): Buffer {
  const bytes = unwrapBytes(unlockedKey(tenant, from), wrapped, `${tenant}|${place}`);
  return wrapBytes(unlockedKey(tenant, to), bytes, `${tenant}|${place}`);
}

/** The version of the key that this process wraps with. */
export function wrapVersion(tenant: string): number {
  return kept.get(tenant)?.version ?? 0;
}

/** Drops all that this process knows of a tenant's keys. */
export function forgetDataKeys(tenant: string): void {
  kept.delete(tenant);
  for (const name of unlocked.keys()) if (name.startsWith(`${tenant}|`)) unlocked.delete(name);
}

function remember(keys: Map<string, Buffer>, name: string, key: Buffer): Buffer {
  if (keys.size >= MOST_REMEMBERED && !keys.has(name)) keys.clear();
  keys.set(name, key);
  return key;
}

function unlockedKey(tenant: string, wrapped: string): Buffer {
  const known = unlocked.get(nameOf(tenant, wrapped));
  if (known) return known.key;
  if (!kept.has(tenant)) missAllKeys(tenant);
  throw new Error(`the key of ${tenant} is unwrapped before a transaction, not in it`);
}

function placeOf(tenant: string, row: { key_id: string; class: string; period: string }): string {
  return `${tenant}|${row.key_id}|${row.class}|${row.period}`;
}
