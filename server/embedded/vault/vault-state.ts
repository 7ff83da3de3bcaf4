import type { AuthMount, EngineMount, LeaseEntry } from "./engine-state.ts";
import type { IdentityEntry } from "./identity-routes.ts";

/** Everything the development vault keeps, as one value; persisted encrypted by `encrypted-file.ts`. */
export interface VaultState {
  clusterId: string;
  /** Keyed by full path with its slash, namespace first: `secret/`, `t1/secret/`. */
  mounts: Record<string, KvMount>;
  /** The engines other than KV, keyed alike. */
  engines: Record<string, EngineMount>;
  /** Login methods other than tokens, keyed by path below `auth/`. */
  auth: Record<string, AuthMount>;
  leases: Record<string, LeaseEntry>;
  /** The identity store, by id; a state written before there was one lacks it. */
  identities?: Record<"entity" | "group", Record<string, IdentityEntry>>;
  /** Keyed by full path with its slash: `t1/`. */
  namespaces: Record<string, { id: string }>;
  policies: Record<string, PolicyDocument>;
  /** Keyed by the SHA-256 of the token: the token itself is kept by its holder alone. */
  tokens: Record<string, TokenEntry>;
}

export interface KvConfig {
  cas_required: boolean;
  delete_version_after_seconds: number;
  max_versions: number;
}

export interface KvMount {
  accessor: string;
  description: string;
  config: KvConfig;
  keys: Record<string, KvKey>;
}

export interface KvKey extends KvConfig {
  created_time: string;
  updated_time: string;
  current_version: number;
  oldest_version: number;
  custom_metadata: Record<string, string> | null;
  versions: Record<string, KvVersion>;
}

export interface KvVersion {
  created_time: string;
  /** RFC 3339, `""` when the version is not deleted; in the future when it will be. */
  deletion_time: string;
  destroyed: boolean;
  /** The secret itself; null once destroyed. */
  data: Record<string, unknown> | null;
}

export interface PolicyDocument {
  source: string;
  rules: PathRule[];
}

export interface PathRule {
  path: string;
  capabilities: string[];
}

export interface TokenEntry {
  accessor: string;
  displayName: string;
  policies: string[];
  createdAt: number;
  /** Unix seconds; null = never. */
  expiresAt: number | null;
  creationTtlSeconds: number;
}

export function emptyState(clusterId: string, accessor: string): VaultState {
  return {
    clusterId,
    mounts: { "secret/": newMount(accessor, "key/value secret storage") },
    engines: {},
    auth: {},
    leases: {},
    namespaces: {},
    policies: {},
    tokens: {},
  };
}

export function newMount(accessor: string, description: string): KvMount {
  return {
    accessor,
    description,
    config: { cas_required: false, delete_version_after_seconds: 0, max_versions: 0 },
    keys: {},
  };
}
