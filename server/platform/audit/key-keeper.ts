import "server-only";
import { join } from "node:path";
import { env } from "../env/env.ts";
import type { KeeperKind } from "./key-keeper-kinds.ts";
import { localKeyKeeper } from "./local-key-keeper.ts";

/**
 * Where a tenant's root key is: outside of the database, so that destroying a version of it ends whatever the
 * database's backups hold under it. Asked outside of transactions only (law 2).
 */
export interface KeyKeeper {
  readonly kind: KeeperKind;
  /** The newest version of the tenant's root key, which is made if there is none. */
  current(tenant: string): Promise<number>;
  /** The version after `before`, made unless it is there. */
  rotate(tenant: string, before: number): Promise<number>;
  /** The same with a key of the tenant's own, wrapped for `importKey` (RSA-OAEP with AES-KWP). */
  importVersion(tenant: string, before: number, wrapped: string): Promise<number>;
  /** 32 bytes under a version. */
  wrap(tenant: string, version: number, key: Buffer): Promise<string>;
  /** Throws when the version is destroyed or the text was altered. */
  unwrap(tenant: string, wrapped: string): Promise<Buffer>;
  /** Destroys all versions below one, for ever. */
  destroyBelow(tenant: string, version: number): Promise<void>;
  /** Destroys the root key whole. */
  destroy(tenant: string): Promise<void>;
  /** The RSA public key (PEM) that a key is wrapped with to be imported. */
  importKey(): Promise<string>;
}

// One set a process, also when a bundler loads this module twice.
const shared = globalThis as typeof globalThis & { consoleKeepers?: Map<string, KeyKeeper> };
shared.consoleKeepers ??= new Map();
const keepers = shared.consoleKeepers;

/** Called when a process starts. */
export function registerKeeper(keeper: KeyKeeper): void {
  keepers.set(keeper.kind, keeper);
}

/** Throws when this process was not told how to reach it. Files need no telling. */
export function keeperOf(kind: string): KeyKeeper {
  if (kind === "local" && !keepers.has(kind)) {
    registerKeeper(localKeyKeeper(env().LOCAL_KEYS_DIR ?? join(env().DATA_DIR, "tenant-keys")));
  }
  const keeper = keepers.get(kind);
  if (!keeper) throw new Error(`the keeper of keys "${kind}" is not configured (KEY_KEEPER)`);
  return keeper;
}
