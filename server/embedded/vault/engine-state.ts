/** What the engines other than KV keep; part of `VaultState`, persisted encrypted with it. */
export type EngineMount = TransitMount | DatabaseMount | PkiMount;

interface Mounted {
  accessor: string;
  description: string;
}

export interface TransitMount extends Mounted {
  type: "transit";
  keys: Record<string, TransitKey>;
  /** The private half (PEM) of the key that imports are wrapped with; made when it is first asked for. */
  wrapping?: string;
}

export interface TransitKey {
  type: string;
  latest_version: number;
  min_decryption_version: number;
  min_encryption_version: number;
  min_available_version: number;
  deletion_allowed: boolean;
  /** By version; trimmed ones are gone. */
  versions: Record<string, { created: number; privateKey: string; publicKey: string | null }>;
}

export interface DatabaseMount extends Mounted {
  type: "database";
  connections: Record<string, DatabaseConnection>;
  staticRoles: Record<string, StaticRole>;
  roles: Record<string, DynamicRole>;
}

export interface DatabaseConnection {
  connection_url: string;
  username: string;
  password: string;
  plugin_name: string;
  allowed_roles: string[];
  password_authentication: string;
}

export interface StaticRole {
  db_name: string;
  username: string;
  rotation_period: number;
  password: string;
  /** Written before the target is told, as OpenBao's write-ahead log is: a failed try is repeated with it. */
  pendingPassword: string | null;
  last_rotation: string;
}

export interface DynamicRole {
  db_name: string;
  creation_statements: string[];
  default_ttl: number;
  max_ttl: number;
}

export interface PkiMount extends Mounted {
  type: "pki";
  maxTtlSeconds: number;
  defaultIssuer: string;
  issuers: Record<string, PkiIssuer>;
  roles: Record<string, { ttl: number }>;
  /** Private keys of requests that wait for their certificate, by key id. */
  pendingKeys: Record<string, string>;
  /** Names of keys, by key id; absent in what an earlier version kept. */
  keyNames?: Record<string, string>;
  certificates: Record<string, PkiCertificate>;
}

export interface PkiIssuer {
  name: string;
  keyId: string;
  certificate: string;
  /** Absent when only the certificate was imported. */
  privateKey: string | null;
  revokedAt: number | null;
}

export interface PkiCertificate {
  certificate: string;
  issuerId: string;
  revokedAt: number | null;
}

export interface AuthMount extends Mounted {
  /** `userpass` is there to be read: people sign in at real vaults. */
  type: "jwt" | "kubernetes" | "cert" | "userpass";
  config: Record<string, unknown>;
  roles: Record<string, Record<string, unknown>>;
}

export interface LeaseEntry {
  path: string;
  mountPath: string;
  username: string;
  role: string;
  issuedAt: number;
  expiresAt: number;
  /** Unix seconds beyond which it can't be renewed. */
  maxExpiresAt: number;
  lastRenewal: number | null;
}
