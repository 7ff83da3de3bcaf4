import { randomBytes } from "node:crypto";
import { authorize } from "./access.ts";
import { authMounts, mounts } from "./mount-routes.ts";
import { parsePolicy } from "./policy.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, noHandler, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

const VERSION = "2.7.2-development";

/** Health and seal status need no token and answer while sealed. */
export function unauthenticatedSys(
  store: VaultStore,
  request: VaultRequest,
  isStandby: boolean,
): VaultAnswer | null {
  const sealed = store.isSealed;
  if (request.path === "sys/health") return health(store, request, isStandby);
  if (request.path === "sys/leader") return { status: 200, raw: { ha_enabled: false } };
  if (request.path === "sys/seal-status") return { status: 200, raw: sealStatus(sealed) };
  if (request.path === "sys/unseal" && request.method === "POST") {
    store.unseal(Buffer.from(String(request.body.key ?? ""), "hex"));
    return { status: 200, raw: sealStatus(store.isSealed) };
  }
  return null;
}

export async function sysRoutes(store: VaultStore, request: VaultRequest): Promise<VaultAnswer> {
  const [, area = "", ...rest] = request.path.split("/");
  const name = rest.join("/");
  if (area === "seal" && request.method === "POST") {
    authorize(store.state, request, "sudo");
    store.seal();
    return done();
  }
  if (area === "mounts") return mounts(store, request, name);
  if (area === "auth") return authMounts(store, request, name);
  if (area === "ha-status") return haStatus(store, request);
  if (area === "storage") {
    authorize(store.state, request, "read");
    throw new VaultError(404, "1 error occurred:\n\t* unsupported path\n\n");
  }
  if (area === "replication") throw new VaultError(404, "unsupported path");
  if (area === "policies" && rest[0] === "acl") {
    return policies(store, request, rest.slice(1).join("/"));
  }
  if (area === "namespaces") return namespaces(store, request, name);
  throw noHandler(request.path);
}

/** One node, which is the cluster. */
function haStatus(store: VaultStore, request: VaultRequest): VaultAnswer {
  authorize(store.state, request, "read");
  const node = {
    hostname: "development",
    api_address: "",
    cluster_address: "",
    active_node: true,
    last_echo: null,
    version: VERSION,
  };
  return answer({ nodes: [node] });
}

function health(store: VaultStore, request: VaultRequest, isStandby: boolean): VaultAnswer {
  const standbyOk = request.query.get("standbyok") === "true";
  const status = store.isSealed ? 503 : isStandby && !standbyOk ? 429 : 200;
  return {
    status,
    raw: {
      initialized: true,
      sealed: store.isSealed,
      standby: store.isSealed || isStandby,
      replication_performance_mode: store.isSealed ? "unknown" : "disabled",
      replication_dr_mode: store.isSealed ? "unknown" : "disabled",
      server_time_utc: Math.floor(Date.now() / 1000),
      version: VERSION,
      ...(store.isSealed ? {} : { cluster_name: "development", cluster_id: store.state.clusterId }),
    },
  };
}

function sealStatus(sealed: boolean): Record<string, unknown> {
  const common = { type: "shamir", initialized: true, sealed, t: 1, n: 1, progress: 0, nonce: "" };
  return {
    ...common,
    version: VERSION,
    migration: false,
    recovery_seal: false,
    storage_type: "file",
  };
}

function policies(store: VaultStore, request: VaultRequest, name: string): VaultAnswer {
  if (request.method === "LIST") {
    authorize(store.state, request, "list");
    return answer({ keys: ["default", ...Object.keys(store.state.policies), "root"] });
  }
  if (request.method === "GET") {
    authorize(store.state, request, "read");
    const policy = store.state.policies[name];
    if (!policy) throw absent();
    return answer({ name, policy: policy.source });
  }
  if (request.method === "POST") {
    authorize(store.state, request, "update");
    const source = String(request.body.policy ?? "");
    return store.change((state) => {
      state.policies[name] = { source, rules: parsePolicyOrRefuse(source) };
      return done();
    });
  }
  authorize(store.state, request, "delete");
  return store.change((state) => {
    delete state.policies[name];
    return done();
  });
}

function parsePolicyOrRefuse(source: string) {
  try {
    const rules = parsePolicy(source);
    if (rules.length > 0) return rules;
  } catch {
    // Told apart from an empty policy by nothing: both are unusable.
  }
  throw new VaultError(400, "failed to parse policy");
}

function namespaces(store: VaultStore, request: VaultRequest, name: string): VaultAnswer {
  const path = `${request.namespace}${name}/`;
  if (request.method === "LIST") {
    authorize(store.state, request, "list");
    const keys = Object.keys(store.state.namespaces);
    if (keys.length === 0) throw absent();
    return answer({ keys });
  }
  if (request.method === "POST" && name) {
    authorize(store.state, request, "update");
    return store.change((state) => {
      state.namespaces[path] ??= { id: randomBytes(3).toString("hex") };
      return answer({ id: state.namespaces[path].id, path, custom_metadata: {} });
    });
  }
  throw noHandler(request.path);
}
