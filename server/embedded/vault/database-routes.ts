import { randomBytes } from "node:crypto";
import { authorize } from "./access.ts";
import { fillStatement, passwordFor, runOnTarget, setPassword } from "./database-target.ts";
import { parseDuration } from "./duration.ts";
import type { DatabaseMount } from "./engine-state.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

const DEFAULT_TTL_SECONDS = 3600;
const SYSTEM_MAX_TTL_SECONDS = 768 * 3600;

interface DatabaseCall {
  store: VaultStore;
  request: VaultRequest;
  mountPath: string;
  name: string;
  mount: DatabaseMount;
}

/** The database engine: static roles, and logins with a lease, in a real Postgres. */
export async function databaseRoutes(
  store: VaultStore,
  request: VaultRequest,
  mountPath: string,
  rest: string,
): Promise<VaultAnswer> {
  const [area = "", name = ""] = rest.split("/");
  const call = { store, request, mountPath, name, mount: mountOf(store, mountPath) };
  if (area === "config") return config(call);
  if (area === "static-roles" || area === "roles") return roles(call, area);
  if (area === "static-creds") return staticCredential(call);
  if (area === "rotate-role") return rotateRole(call);
  if (area === "creds") return issue(call);
  throw new VaultError(404, "unsupported path");
}

function config({ store, request, mountPath, name, mount }: DatabaseCall): VaultAnswer {
  if (request.method === "LIST") return list(store, request, mount.connections);
  if (request.method === "GET") {
    authorize(store.state, request, "read");
    const found = mount.connections[name];
    if (!found) throw absent();
    const { password: _, plugin_name, allowed_roles, ...connection_details } = found;
    return answer({ plugin_name, allowed_roles, connection_details, password_policy: "" });
  }
  authorize(store.state, request, "update");
  const { body } = request;
  if (body.plugin_name !== "postgresql-database-plugin") {
    throw new VaultError(400, "plugin not found in the catalog");
  }
  store.change((state) => {
    (state.engines[mountPath] as DatabaseMount).connections[name] = {
      connection_url: String(body.connection_url ?? ""),
      username: String(body.username ?? ""),
      password: String(body.password ?? ""),
      plugin_name: String(body.plugin_name),
      allowed_roles: (body.allowed_roles as string[] | undefined) ?? [],
      password_authentication: String(body.password_authentication ?? "password"),
    };
  });
  return done();
}

async function roles(call: DatabaseCall, area: "static-roles" | "roles"): Promise<VaultAnswer> {
  const { store, request, mount, name, mountPath } = call;
  const kept = area === "roles" ? mount.roles : mount.staticRoles;
  if (request.method === "LIST") return list(store, request, kept);
  if (request.method === "DELETE") {
    authorize(store.state, request, "delete");
    store.change((state) => {
      const draft = state.engines[mountPath] as DatabaseMount;
      delete (area === "roles" ? draft.roles : draft.staticRoles)[name];
    });
    return done();
  }
  if (request.method === "GET") {
    authorize(store.state, request, "read");
    return area === "roles" ? describeRole(mount, name) : describeStatic(mount, name);
  }
  authorize(store.state, request, "update");
  if (area === "static-roles") return makeStatic(call);
  const { body } = request;
  store.change((state) => {
    (state.engines[mountPath] as DatabaseMount).roles[name] = {
      db_name: String(body.db_name ?? ""),
      creation_statements: (body.creation_statements as string[] | undefined) ?? [],
      default_ttl: parseDuration(body.default_ttl ?? 0),
      max_ttl: parseDuration(body.max_ttl ?? 0),
    };
  });
  return done();
}

/** OpenBao takes a static role over at once: its first password is set when it is made. */
async function makeStatic(call: DatabaseCall): Promise<VaultAnswer> {
  const { store, request, mountPath, name, mount } = call;
  const { db_name, username, rotation_period } = request.body;
  if (rotation_period === undefined) {
    throw new VaultError(400, "rotation_period is required to create static accounts");
  }
  const period = parseDuration(rotation_period);
  if (period < 5) throw new VaultError(400, "rotation_period must be 5 seconds or more");
  const role = {
    db_name: String(db_name ?? ""),
    username: String(username ?? ""),
    rotation_period: period,
    password: newPassword(),
    pendingPassword: null,
    last_rotation: new Date().toISOString(),
  };
  const connection = connectionOf(mount, role.db_name);
  const told = passwordFor(connection, role.password);
  await runOnTarget(connection, [setPassword(role.username, told)]);
  store.change((state) => {
    (state.engines[mountPath] as DatabaseMount).staticRoles[name] = role;
  });
  return done();
}

/** Pending password on disk, then the target, then the role: a repeat after a failure sets the same one. */
async function rotateRole({ store, request, mountPath, name, mount }: DatabaseCall) {
  authorize(store.state, request, "update");
  const role = mount.staticRoles[name];
  if (!role) throw new VaultError(400, "no static role found for role name");
  const password = role.pendingPassword ?? newPassword();
  setStatic({ pendingPassword: password });
  try {
    const connection = connectionOf(mount, role.db_name);
    const told = passwordFor(connection, password);
    await runOnTarget(connection, [setPassword(role.username, told)]);
  } catch (error) {
    const reason = error instanceof VaultError ? error.errors.join() : "internal error";
    throw new VaultError(
      500,
      `1 error occurred:\n\t* unable to finish rotating credentials; retries will continue in the background but it is also safe to retry manually: error setting credentials: ${reason}\n\n`,
    );
  }
  setStatic({ password, pendingPassword: null, last_rotation: new Date().toISOString() });
  return done();

  function setStatic(change: Partial<DatabaseMount["staticRoles"][string]>): void {
    store.change((state) => {
      const kept = (state.engines[mountPath] as DatabaseMount).staticRoles[name];
      if (kept) Object.assign(kept, change);
    });
  }
}

function staticCredential({ store, request, name, mount }: DatabaseCall): VaultAnswer {
  authorize(store.state, request, "read");
  const role = mount.staticRoles[name];
  if (!role) throw new VaultError(400, `unknown role: ${name}`);
  const ageSeconds = Math.floor((Date.now() - Date.parse(role.last_rotation)) / 1000);
  return answer({
    username: role.username,
    password: role.password,
    last_vault_rotation: role.last_rotation,
    rotation_period: role.rotation_period,
    ttl: Math.max(0, role.rotation_period - ageSeconds),
  });
}

async function issue({ store, request, mountPath, name, mount }: DatabaseCall) {
  authorize(store.state, request, "read");
  const role = mount.roles[name];
  if (!role) throw new VaultError(400, `unknown role: ${name}`);
  const issuedAt = Math.floor(Date.now() / 1000);
  const maxTtl = role.max_ttl || SYSTEM_MAX_TTL_SECONDS;
  const ttl = Math.min(role.default_ttl || DEFAULT_TTL_SECONDS, maxTtl);
  const username = `v-token-${name.slice(0, 8)}-${randomBytes(10).toString("hex")}-${issuedAt}`;
  const connection = connectionOf(mount, role.db_name);
  const password = newPassword();
  const told = passwordFor(connection, password);
  const values = { name: username, password: told, expiresAt: issuedAt + ttl };
  const statements = role.creation_statements.map((each) => fillStatement(each, values));
  await runOnTarget(connection, statements);
  const path = request.namespace + request.path;
  const leaseId = `${path}/${randomBytes(18).toString("base64url")}`;
  store.change((state) => {
    state.leases[leaseId] = {
      path,
      mountPath,
      username,
      role: name,
      issuedAt,
      expiresAt: issuedAt + ttl,
      maxExpiresAt: issuedAt + maxTtl,
      lastRenewal: null,
    };
  });
  const lease = { lease_id: leaseId, renewable: true, lease_duration: ttl };
  return { ...answer({ username, password }), lease };
}

function describeRole(mount: DatabaseMount, name: string): VaultAnswer {
  const role = mount.roles[name];
  if (!role) throw absent();
  return answer({ ...role, credential_type: "password", revocation_statements: [] });
}

function describeStatic(mount: DatabaseMount, name: string): VaultAnswer {
  const role = mount.staticRoles[name];
  if (!role) throw absent();
  const { db_name, username, rotation_period, last_rotation } = role;
  const settings = { credential_type: "password", db_name, username, rotation_period };
  return answer({ ...settings, last_vault_rotation: last_rotation, rotation_statements: [] });
}

export function connectionOf(mount: DatabaseMount, name: string) {
  const found = mount.connections[name];
  if (!found) throw new VaultError(500, `failed to find entry for connection with name: "${name}"`);
  return found;
}

function mountOf(store: VaultStore, mountPath: string): DatabaseMount {
  return store.state.engines[mountPath] as DatabaseMount;
}

function list(store: VaultStore, request: VaultRequest, kept: object): VaultAnswer {
  authorize(store.state, request, "list");
  const keys = Object.keys(kept).sort();
  if (keys.length === 0) throw absent();
  return answer({ keys });
}

function newPassword(): string {
  return randomBytes(15).toString("base64url");
}
