import { randomBytes } from "node:crypto";
import { authorize } from "./access.ts";
import { parseDuration } from "./duration.ts";
import type { AuthMount, EngineMount } from "./engine-state.ts";
import { revokeBelow } from "./lease-routes.ts";
import { done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { noHandler, VaultError } from "./vault-error.ts";
import { newMount, type VaultState } from "./vault-state.ts";
import type { VaultStore } from "./vault-store.ts";

const DEFAULT_MAX_TTL_SECONDS = 768 * 3600;

/** `sys/mounts`: which engine answers at which path. */
export async function mounts(
  store: VaultStore,
  request: VaultRequest,
  name: string,
): Promise<VaultAnswer> {
  if (request.method === "GET" && !name) {
    authorize(store.state, request, "read");
    const data = describeMounts(store.state, request.namespace);
    return { status: 200, data, raw: data };
  }
  const tuned = name.endsWith("/tune") ? name.slice(0, -"/tune".length) : null;
  const path = `${request.namespace}${tuned ?? name}/`;
  if (request.method === "POST" && tuned) {
    authorize(store.state, request, "update");
    return tune(store, path, request.body);
  }
  if (request.method === "POST" && name) {
    authorize(store.state, request, "update");
    return store.change((state) => mount(state, path, name, request.body));
  }
  if (request.method === "DELETE" && name) {
    authorize(store.state, request, "delete");
    await revokeBelow(store, path);
    return store.change((state) => {
      delete state.mounts[path];
      delete state.engines[path];
      return done();
    });
  }
  throw noHandler(request.path);
}

/** `sys/auth`: which login method answers at which path. */
export function authMounts(store: VaultStore, request: VaultRequest, name: string): VaultAnswer {
  const path = `${request.namespace}${name}/`;
  if (request.method === "GET" && !name) {
    authorize(store.state, request, "read");
    const own = Object.entries(store.state.auth).filter(([each]) =>
      isDirectlyBelow(each, request.namespace),
    );
    const data = Object.fromEntries(
      own.map(([each, { type, accessor }]) => [each, { type, accessor, local: false }]),
    );
    return { status: 200, data, raw: data };
  }
  if (request.method === "POST" && name) {
    authorize(store.state, request, "sudo");
    const type = String(request.body.type ?? "");
    if (!isAuthType(type)) throw new VaultError(400, `plugin not found in the catalog: ${type}`);
    return store.change((state) => {
      if (state.auth[path]) throw new VaultError(400, `path is already in use at ${name}/`);
      state.auth[path] = { type, config: {}, roles: {}, ...identity(`auth_${type}`, request.body) };
      return done();
    });
  }
  if (request.method === "DELETE" && name) {
    authorize(store.state, request, "sudo");
    return store.change((state) => {
      delete state.auth[path];
      return done();
    });
  }
  throw noHandler(request.path);
}

function mount(
  state: VaultState,
  path: string,
  name: string,
  body: Record<string, unknown>,
): VaultAnswer {
  const type = String(body.type ?? "");
  const known = ["kv", "kv-v2", "transit", "database", "pki"];
  if (!known.includes(type)) throw new VaultError(400, `plugin not found in the catalog: ${type}`);
  if (state.mounts[path] || state.engines[path]) {
    throw new VaultError(400, `path is already in use at ${name}/`);
  }
  const named = identity(type, body);
  if (type.startsWith("kv")) state.mounts[path] = newMount(named.accessor, named.description);
  else state.engines[path] = { ...emptyEngine(type), ...named } as EngineMount;
  return done();
}

function emptyEngine(type: string) {
  if (type === "transit") return { type, keys: {} };
  if (type === "database") return { type, connections: {}, staticRoles: {}, roles: {} };
  return {
    type,
    maxTtlSeconds: DEFAULT_MAX_TTL_SECONDS,
    defaultIssuer: "",
    issuers: {},
    roles: {},
    pendingKeys: {},
    certificates: {},
  };
}

function tune(store: VaultStore, path: string, body: Record<string, unknown>): VaultAnswer {
  return store.change((state) => {
    const engine = state.engines[path];
    if (!engine && !state.mounts[path]) throw new VaultError(400, "no mount entry at path");
    if (engine?.type === "pki" && body.max_lease_ttl !== undefined) {
      engine.maxTtlSeconds = parseDuration(body.max_lease_ttl);
    }
    return done();
  });
}

function describeMounts(state: VaultState, namespace: string): Record<string, unknown> {
  const kv = Object.entries(state.mounts).map(([path, { accessor, description }]) => {
    const described = { accessor, description, type: "kv", local: false };
    return [path, { ...described, options: { version: "2" } }] as const;
  });
  const engines = Object.entries(state.engines).map(
    ([path, { accessor, description, type }]) =>
      [path, { accessor, description, type, local: false, options: {} }] as const,
  );
  const own = [...kv, ...engines].filter(([path]) => isDirectlyBelow(path, namespace));
  return Object.fromEntries(
    own.map(([path, described]) => [path.slice(namespace.length), described]),
  );
}

function isDirectlyBelow(path: string, namespace: string): boolean {
  return path.startsWith(namespace) && path.slice(namespace.length).split("/").length === 2;
}

function identity(type: string, body: Record<string, unknown>) {
  const accessor = `${type}_${randomBytes(4).toString("hex")}`;
  return { accessor, description: String(body.description ?? "") };
}

function isAuthType(type: string): type is AuthMount["type"] {
  return ["jwt", "kubernetes", "cert", "userpass"].includes(type);
}
