import { join } from "node:path";
import type { ApplicationLogin } from "../../platform/db/logins.ts";
import { witnessesFile } from "../witness/demo-witness.ts";
import type { DataLayout } from "./data-layout.ts";
import type { DemoKeys } from "./demo-keys.ts";
import { demoRegions } from "./demo-regions.ts";

/** The demo's clusters: a folder of manifests for each installation. */
export const DEMO_CLUSTERS = join(import.meta.dirname, "../../../deploy/demo-cluster");
/** What in them is otherwise than in their repository. */
export const DEMO_DRIFT = join(import.meta.dirname, "../../../deploy/demo-drift");

export interface Ports {
  readonly console: number;
  readonly postgres: number;
  readonly vault: number;
  /** The second region's vault, and where it takes the order to be the primary. */
  readonly replica: number;
  readonly hook: number;
  /** The API of the demo's cluster. */
  readonly cluster: number;
  /** The receiver of the demo's audit logs. */
  readonly siem: number;
  /** The witness of the demo's logs. */
  readonly witness: number;
  readonly idp: number;
}

/** What a program needs of the machine; nothing else of the caller's environment is handed on. */
const FROM_MACHINE = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "NODE_EXTRA_CA_CERTS", "NO_COLOR"];

/** Settings that an operator may give: each replaces the embedded part or the generated key. */
const FROM_OPERATOR = [
  "CONSOLE_MODE",
  "LOG_LEVEL",
  "DATABASE_URL_TENANT",
  "DATABASE_URL_OVERVIEW",
  "DATABASE_URL_WORKER",
  "DATABASE_URL_SEARCH",
  "DATABASE_URL_IDENTITY",
  "DATABASE_POOL_SIZE",
  "STATEMENT_TIMEOUT_MILLIS",
  "SEARCH_TIMEOUT_MILLIS",
  "TENANT_CONTEXT_KEY",
  "SESSION_KEY",
  "PAYLOAD_KEY",
  "LOG_SIGNING_KEY_FILE",
  "LOG_ORIGIN",
  "WITNESSES_FILE",
  "WITNESS_SECONDS",
  "NEXTAUTH_SECRET",
  "IDENTITY_CONFIG",
  "IDENTITY_REALMS_DIR",
  "REALM_ADMIN_URL",
  "REALM_ADMIN_REALM",
  "REALM_ADMIN_CLIENT_ID",
  "REALM_ADMIN_SECRET_FILE",
  "OPENBAO_ADDR",
  "VAULT_REGION",
  "OPENBAO_AUTH",
  "OPENBAO_TOKEN_FILE",
  "OPENBAO_ROLE",
  "OPENBAO_AUTH_MOUNT",
  "OPENBAO_NAMESPACE",
  "OPENBAO_JWT_FILE",
  "OPENBAO_CA_FILE",
  "OPENBAO_AUDIT_FILE",
  "INGEST_FILE",
  "OPENBAO_CLIENT_CERT_FILE",
  "OPENBAO_CLIENT_KEY_FILE",
  "REGIONS_CONFIG",
  "DR_HOOK_URL",
  "KUBERNETES_SNAPSHOT_DIR",
  "CLUSTERS_FILE",
  "KUBERNETES_API",
  "CERTIFICATES_DIR",
  "AZURE_KEYVAULT_URL",
  "AZURE_RESOURCE_MANAGER_URL",
  "AZURE_CLIENT_ID",
  "AZURE_TENANT_ID",
  "AZURE_FEDERATED_TOKEN_FILE",
  "METRICS_TOKEN",
  "TRUSTED_PROXIES",
  "WORKER_FAILPOINT",
];

function pick(source: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = source[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

export function machineEnvironment(
  source: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return { ...pick(source, FROM_MACHINE), NEXT_TELEMETRY_DISABLED: "1" };
}

/** The worker of the demo logs in as itself; the seed makes role, policy and identity. */
function demoLogin(layout: DataLayout): Record<string, string> {
  const jwt = join(layout.keys, "worker.jwt");
  return {
    OPENBAO_AUTH: "jwt",
    OPENBAO_ROLE: "sovereign-console",
    OPENBAO_JWT_FILE: jwt,
    // The seed writes it; an operator's own file is never written.
    DEMO_WORKER_JWT_FILE: jwt,
  };
}

/** Where the demo's vault stands, as the Placement of its tenants names regions. */
const PLACE: Readonly<Record<string, string>> = { omantel: "muscat", bankdhofar: "salalah" };

/** The environment of console, worker and seed: the demo's own parts, unless the operator names others. */
export function applicationEnvironment(options: {
  sovereign: string;
  layout: DataLayout;
  keys: DemoKeys;
  ports: Ports;
  consoleUrl: string;
  source?: NodeJS.ProcessEnv;
}): Record<string, string> {
  const { sovereign, layout, keys, ports, consoleUrl, source = process.env } = options;
  const database = (login: ApplicationLogin) =>
    `postgresql://${login}:${keys.logins[login]}@127.0.0.1:${ports.postgres}/console`;
  return {
    ...machineEnvironment(source),
    CONSOLE_MODE: "demo",
    CONSOLE_URL: consoleUrl,
    SOVEREIGN: sovereign,
    DEMO: sovereign,
    DATA_DIR: layout.dataDir,
    LOG_LEVEL: "info",
    DATABASE_URL_TENANT: database("console_tenant"),
    DATABASE_URL_OVERVIEW: database("console_overview"),
    DATABASE_URL_WORKER: database("console_worker"),
    DATABASE_URL_SEARCH: database("console_search"),
    DATABASE_URL_IDENTITY: database("console_identity"),
    TENANT_CONTEXT_KEY: keys.tenantContext,
    SESSION_KEY: keys.session,
    PAYLOAD_KEY: keys.payload,
    LOG_SIGNING_KEY_FILE: keys.logSigningFile,
    LOG_ORIGIN: `${sovereign}.console.local`,
    NEXTAUTH_URL: consoleUrl,
    NEXTAUTH_SECRET: keys.nextAuth,
    METRICS_TOKEN: keys.metrics,
    IDENTITY_CONFIG: `${layout.idp}/identity.json`,
    IDENTITY_REALMS_DIR: join(layout.dataDir, "identity-realms"),
    // The development identity provider takes the token that it wrote itself.
    ...(source.IDENTITY_CONFIG
      ? {}
      : {
          REALM_ADMIN_URL: `http://localhost:${ports.idp}`,
          REALM_ADMIN_TOKEN_FILE: join(layout.idp, "admin-token"),
        }),
    OPENBAO_ADDR: `http://127.0.0.1:${ports.vault}`,
    OPENBAO_TOKEN_FILE: keys.openBaoTokenFile,
    ...(source.OPENBAO_ADDR ? {} : demoLogin(layout)),
    ...(source.OPENBAO_ADDR ? {} : { OPENBAO_AUDIT_FILE: join(layout.vault, "audit.log") }),
    ...(source.OPENBAO_ADDR || source.INGEST_FILE ? {} : { INGEST_FILE: layout.ingestFile }),
    // Who brings an OpenBao of his own says himself which regions it has.
    ...(source.OPENBAO_ADDR ? {} : demoRegions(ports)),
    ...(source.OPENBAO_ADDR ? {} : { VAULT_REGION: PLACE[sovereign] ?? sovereign }),
    KUBERNETES_SNAPSHOT_DIR: join(layout.cluster, sovereign),
    // Who names a cluster of his own says himself what it should be.
    ...(source.KUBERNETES_SNAPSHOT_DIR ? {} : { CLUSTERS_FILE: layout.clustersFile }),
    DEMO_SIEM_URL: `http://127.0.0.1:${ports.siem}`,
    WITNESSES_FILE: witnessesFile(layout.witness),
    WITNESS_SECONDS: "5",
    ISOLATION_SECONDS: "10",
    DRIFT_SECONDS: "10",
    COMPLIANCE_SECONDS: "20",
    COMPLIANCE_LEAST_SECONDS: "5",
    LOG_AUDIT_SECONDS: "300",
    CERTIFICATES_DIR: layout.certificates,
    // The demo writes identities there, unless cluster or certificates are the operator's own.
    ...(source.CERTIFICATES_DIR || source.KUBERNETES_SNAPSHOT_DIR
      ? {}
      : { DEMO_SVIDS_DIR: layout.certificates }),
    ...pick(source, FROM_OPERATOR),
  };
}
