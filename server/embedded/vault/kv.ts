import { absent, VaultError } from "./vault-error.ts";
import type { KvKey, KvMount, KvVersion } from "./vault-state.ts";

const DEFAULT_MAX_VERSIONS = 10;

export interface VersionMetadata {
  created_time: string;
  custom_metadata: Record<string, string> | null;
  deletion_time: string;
  destroyed: boolean;
  version: number;
}

/** A read: `data` is null for a deleted or destroyed version, which OpenBao answers as 404 with metadata. */
export interface ReadAnswer {
  data: Record<string, unknown> | null;
  metadata: VersionMetadata;
}

export function readVersion(mount: KvMount, path: string, version: number, now: Date): ReadAnswer {
  const key = mount.keys[path];
  const number = version > 0 ? version : (key?.current_version ?? 0);
  const found = key?.versions[String(number)];
  if (!key || !found) throw absent();
  const isGone = found.destroyed || isDeleted(found, now);
  return { data: isGone ? null : found.data, metadata: describeVersion(key, number, found) };
}

export function writeVersion(
  mount: KvMount,
  path: string,
  body: { data?: unknown; options?: { cas?: unknown } },
  now: Date,
): VersionMetadata {
  if (!isRecord(body.data)) throw new VaultError(400, "no data provided");
  checkCas(mount, path, body.options?.cas);
  mount.keys[path] ??= newKey(now);
  const key = mount.keys[path];
  key.current_version += 1;
  key.updated_time = now.toISOString();
  const ttlSeconds = key.delete_version_after_seconds || mount.config.delete_version_after_seconds;
  const version: KvVersion = {
    created_time: now.toISOString(),
    deletion_time: ttlSeconds ? new Date(now.getTime() + ttlSeconds * 1000).toISOString() : "",
    destroyed: false,
    data: body.data,
  };
  key.versions[String(key.current_version)] = version;
  dropOldVersions(mount, key);
  return describeVersion(key, key.current_version, version);
}

/** JSON merge patch (RFC 7396) of the current version, written as a new one. */
export function patchVersion(
  mount: KvMount,
  path: string,
  body: { data?: unknown; options?: { cas?: unknown } },
  now: Date,
): VersionMetadata {
  if (!isRecord(body.data)) throw new VaultError(400, "no data provided");
  const current = readVersion(mount, path, 0, now);
  if (!current.data) throw absent();
  const merged = mergePatch(current.data, body.data);
  return writeVersion(mount, path, { data: merged, options: body.options }, now);
}

export function deleteVersions(mount: KvMount, path: string, versions: number[], now: Date): void {
  forEachVersion(mount, path, versions, (version) => {
    if (!version.destroyed && !isDeleted(version, now)) version.deletion_time = now.toISOString();
  });
}

export function deleteLatest(mount: KvMount, path: string, now: Date): void {
  const current = mount.keys[path]?.current_version;
  if (current) deleteVersions(mount, path, [current], now);
}

export function undeleteVersions(mount: KvMount, path: string, versions: number[]): void {
  forEachVersion(mount, path, versions, (version) => {
    if (!version.destroyed) version.deletion_time = "";
  });
}

export function destroyVersions(mount: KvMount, path: string, versions: number[]): void {
  forEachVersion(mount, path, versions, (version) => {
    version.destroyed = true;
    version.data = null;
  });
}

/** Names directly below a prefix, folders with a slash; an empty list is OpenBao's 404. */
export function listKeys(mount: KvMount, prefix: string, after = "", limit = 0): string[] {
  const folder = prefix && !prefix.endsWith("/") ? `${prefix}/` : prefix;
  const names = new Set<string>();
  for (const path of Object.keys(mount.keys)) {
    if (!path.startsWith(folder)) continue;
    const rest = path.slice(folder.length);
    const slash = rest.indexOf("/");
    names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
  }
  const page = [...names].sort().filter((name) => name > after);
  const keys = limit > 0 ? page.slice(0, limit) : page;
  if (keys.length === 0) throw absent();
  return keys;
}

export function newKey(now: Date): KvKey {
  return {
    created_time: now.toISOString(),
    updated_time: now.toISOString(),
    current_version: 0,
    oldest_version: 0,
    custom_metadata: null,
    versions: {},
    cas_required: false,
    delete_version_after_seconds: 0,
    max_versions: 0,
  };
}

function checkCas(mount: KvMount, path: string, cas: unknown): void {
  const key = mount.keys[path];
  if (cas === undefined || cas === null) {
    if (mount.config.cas_required || key?.cas_required) {
      throw new VaultError(400, "check-and-set parameter required for this call");
    }
    return;
  }
  if (Number(cas) !== (key?.current_version ?? 0)) {
    throw new VaultError(400, "check-and-set parameter did not match the current version");
  }
}

function dropOldVersions(mount: KvMount, key: KvKey): void {
  const limit = key.max_versions || mount.config.max_versions || DEFAULT_MAX_VERSIONS;
  const oldest = key.current_version - limit + 1;
  for (const number of Object.keys(key.versions)) {
    if (Number(number) < oldest) delete key.versions[number];
  }
  if (oldest > 1) key.oldest_version = oldest;
}

function forEachVersion(
  mount: KvMount,
  path: string,
  versions: number[],
  change: (version: KvVersion) => void,
): void {
  for (const number of versions) {
    const version = mount.keys[path]?.versions[String(number)];
    if (version) change(version);
  }
}

function isDeleted(version: KvVersion, now: Date): boolean {
  return version.deletion_time !== "" && new Date(version.deletion_time) <= now;
}

function describeVersion(key: KvKey, number: number, version: KvVersion): VersionMetadata {
  return {
    created_time: version.created_time,
    custom_metadata: key.custom_metadata,
    deletion_time: version.deletion_time,
    destroyed: version.destroyed,
    version: number,
  };
}

function mergePatch(target: Record<string, unknown>, patch: Record<string, unknown>) {
  const merged: Record<string, unknown> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (isRecord(value)) merged[name] = mergePatch(asRecord(merged[name]), value);
    else merged[name] = value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
