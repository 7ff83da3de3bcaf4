import { authorize } from "./access.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import * as kv from "./kv.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, noHandler, VaultError } from "./vault-error.ts";
import type { KvConfig, KvKey, KvMount } from "./vault-state.ts";
import type { VaultStore } from "./vault-store.ts";

/** KV v2 below a mount: `config`, `data`, `metadata`, `delete`, `undelete`, `destroy`. */
export function kvRoutes(
  store: VaultStore,
  request: VaultRequest,
  mountPath: string,
  rest: string,
): VaultAnswer {
  const slash = rest.indexOf("/");
  const area = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? "" : rest.slice(slash + 1);
  const call = { store, request, mountPath, key };
  if (area === "config") return config(call);
  if (area === "metadata") return metadata(call);
  if (area === "data" && key) return data(call);
  if ((area === "delete" || area === "undelete" || area === "destroy") && key) {
    return changeVersions(call, area);
  }
  throw new VaultError(404, "no handler for route");
}

interface KvCall {
  store: VaultStore;
  request: VaultRequest;
  mountPath: string;
  key: string;
}

function data({ store, request, mountPath, key }: KvCall): VaultAnswer {
  const { state } = store;
  const now = new Date();
  if (request.method === "GET") {
    authorize(state, request, "read");
    const version = Number(request.query.get("version") ?? 0);
    const found = kv.readVersion(mountIn(store, mountPath), key, version, now);
    return { status: found.data ? 200 : 404, data: found };
  }
  if (request.method === "POST") {
    authorize(state, request, mountIn(store, mountPath).keys[key] ? "update" : "create");
    return changing(store, mountPath, (mount) =>
      answer(kv.writeVersion(mount, key, request.body, now)),
    );
  }
  if (request.method === "PATCH") {
    if (!request.contentType.startsWith("application/merge-patch+json")) {
      throw new VaultError(415, "PATCH requires content type application/merge-patch+json");
    }
    authorize(state, request, "patch");
    return changing(store, mountPath, (mount) =>
      answer(kv.patchVersion(mount, key, request.body, now)),
    );
  }
  if (request.method === "DELETE") {
    authorize(state, request, "delete");
    return changing(store, mountPath, (mount) => {
      kv.deleteLatest(mount, key, now);
      return done();
    });
  }
  throw new VaultError(405, "unsupported operation");
}

function changeVersions(call: KvCall, area: "delete" | "undelete" | "destroy"): VaultAnswer {
  const { store, request, mountPath, key } = call;
  if (request.method !== "POST") throw new VaultError(405, "unsupported operation");
  authorize(store.state, request, "update");
  const versions = ((request.body.versions as unknown[] | undefined) ?? []).map(Number);
  if (versions.length === 0) throw new VaultError(400, "No version number provided");
  return changing(store, mountPath, (mount) => {
    if (area === "delete") kv.deleteVersions(mount, key, versions, new Date());
    else if (area === "undelete") kv.undeleteVersions(mount, key, versions);
    else kv.destroyVersions(mount, key, versions);
    return done();
  });
}

function metadata({ store, request, mountPath, key }: KvCall): VaultAnswer {
  const { state } = store;
  if (request.method === "LIST") {
    authorize(state, request, "list");
    const after = request.query.get("after") ?? "";
    const limit = Number(request.query.get("limit") ?? 0);
    return answer({ keys: kv.listKeys(mountIn(store, mountPath), key, after, limit) });
  }
  if (!key) throw new VaultError(405, "unsupported operation");
  if (request.method === "GET") {
    authorize(state, request, "read");
    const found = mountIn(store, mountPath).keys[key];
    if (!found) throw absent();
    return answer(describeKey(found));
  }
  if (request.method === "POST" || request.method === "PATCH") {
    const isNew = !mountIn(store, mountPath).keys[key];
    if (isNew && request.method === "PATCH") throw absent();
    authorize(state, request, request.method === "PATCH" ? "patch" : isNew ? "create" : "update");
    return changing(store, mountPath, (mount) => {
      mount.keys[key] ??= kv.newKey(new Date());
      applySettings(mount.keys[key], request.body);
      if (request.body.custom_metadata !== undefined) {
        mount.keys[key].custom_metadata = customMetadata(request.body.custom_metadata);
      }
      mount.keys[key].updated_time = new Date().toISOString();
      return done();
    });
  }
  authorize(state, request, "delete");
  return changing(store, mountPath, (mount) => {
    delete mount.keys[key];
    return done();
  });
}

function config({ store, request, mountPath }: KvCall): VaultAnswer {
  if (request.method === "GET") {
    authorize(store.state, request, "read");
    return answer(describeSettings(mountIn(store, mountPath).config));
  }
  authorize(store.state, request, "update");
  return changing(store, mountPath, (mount) => {
    applySettings(mount.config, request.body);
    return done();
  });
}

function mountIn(store: VaultStore, mountPath: string): KvMount {
  const mount = store.state.mounts[mountPath];
  if (!mount) throw noHandler(mountPath);
  return mount;
}

function changing(
  store: VaultStore,
  mountPath: string,
  apply: (mount: KvMount) => VaultAnswer,
): VaultAnswer {
  return store.change((state) => {
    const mount = state.mounts[mountPath];
    if (!mount) throw noHandler(mountPath);
    return apply(mount);
  });
}

function applySettings(target: KvConfig, body: Record<string, unknown>): void {
  if (body.cas_required !== undefined) target.cas_required = body.cas_required === true;
  if (body.max_versions !== undefined) target.max_versions = Number(body.max_versions) || 0;
  if (body.delete_version_after !== undefined) {
    try {
      target.delete_version_after_seconds = parseDuration(body.delete_version_after);
    } catch {
      throw new VaultError(400, "error converting input for field delete_version_after");
    }
  }
}

function describeSettings(settings: KvConfig): Record<string, unknown> {
  return {
    cas_required: settings.cas_required,
    delete_version_after: formatDuration(settings.delete_version_after_seconds),
    max_versions: settings.max_versions,
  };
}

function describeKey(key: KvKey): Record<string, unknown> {
  return {
    ...describeSettings(key),
    created_time: key.created_time,
    current_version: key.current_version,
    custom_metadata: key.custom_metadata,
    oldest_version: key.oldest_version,
    updated_time: key.updated_time,
    versions: Object.fromEntries(
      Object.entries(key.versions).map(([number, { created_time, deletion_time, destroyed }]) => [
        number,
        { created_time, deletion_time, destroyed },
      ]),
    ),
  };
}

function customMetadata(value: unknown): Record<string, string> | null {
  if (value === null) return null;
  const entries = Object.entries(value as Record<string, unknown>);
  const isValid = entries.every(
    ([name, text]) =>
      typeof text === "string" && name.length > 0 && name.length <= 128 && text.length <= 512,
  );
  if (!isValid || entries.length > 64) {
    throw new VaultError(400, "custom_metadata validation failed");
  }
  return Object.fromEntries(entries) as Record<string, string>;
}
