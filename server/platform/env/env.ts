import "server-only";
import { z } from "zod";

const hexKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits (32 random bytes)");
const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL");

const settings = z.object({
  CONSOLE_MODE: z.enum(["demo", "production"]),
  CONSOLE_URL: z.url(),
  SOVEREIGN: z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/),
  DATA_DIR: z.string().min(1),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
  DATABASE_URL_TENANT: databaseUrl,
  DATABASE_URL_OVERVIEW: databaseUrl,
  DATABASE_URL_WORKER: databaseUrl,
  DATABASE_URL_SEARCH: databaseUrl,
  DATABASE_URL_IDENTITY: databaseUrl,
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  STATEMENT_TIMEOUT_MILLIS: z.coerce.number().int().min(100).max(600_000).default(15_000),
  /** How long one search of the audit log may take before it is given up. */
  SEARCH_TIMEOUT_MILLIS: z.coerce.number().int().min(100).max(600_000).default(5_000),
  TENANT_CONTEXT_KEY: hexKey,
  SESSION_KEY: hexKey,
  PAYLOAD_KEY: hexKey,
  LOG_SIGNING_KEY_FILE: z.string().min(1),
  /** Where root keys of tenants are: files of a folder, or OpenBao's transit engine (ADR 39). */
  KEY_KEEPER: z.enum(["local", "openbao-transit"]).default("local"),
  /** The folder of root keys, shared by all replicas; `tenant-keys` in DATA_DIR otherwise. */
  LOCAL_KEYS_DIR: z.string().min(1).optional(),
  /** The mount of OpenBao's transit engine that holds them. */
  KEY_TRANSIT_MOUNT: z.string().min(1).default("transit"),
  /** Where wrapped keys are backed up; `key-backups` in DATA_DIR otherwise. */
  KEY_BACKUP_DIR: z.string().min(1).optional(),
  /** Where the published keys of logs are written as files; `log-keys` in DATA_DIR otherwise. */
  LOG_KEYS_DIR: z.string().min(1).optional(),
  /** How old a key that signs a log may become, and how long before that people are told. Days. */
  LOG_KEY_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  LOG_KEY_AHEAD_DAYS: z.coerce.number().int().min(0).max(3_650).default(30),
  LOG_ORIGIN: z
    .string()
    .regex(/^[a-z0-9.-]+(\/[a-z0-9./-]+)?$/, "must be a schemaless URL such as log.example.om"),
  NEXTAUTH_URL: z.url(),
  NEXTAUTH_SECRET: z.string().min(32),
  IDENTITY_CONFIG: z.string().min(1),
  /** A folder of further realms, a file each, read again as it changes: those of tenants onboarded since. */
  IDENTITY_REALMS_DIR: z.string().min(1).optional(),
  OPENBAO_ADDR: z.url(),
  /** How the console logs in to OpenBao; `token` is for development alone. */
  OPENBAO_AUTH: z.enum(["token", "jwt", "kubernetes", "cert"]).default("token"),
  /** The file of a static token, for `token`. */
  OPENBAO_TOKEN_FILE: z.string().min(1).optional(),
  /** The role to log in as; `cert` may leave it out. */
  OPENBAO_ROLE: z.string().min(1).optional(),
  /** Where the login method is mounted, when not below its usual name. */
  OPENBAO_AUTH_MOUNT: z.string().min(1).optional(),
  OPENBAO_NAMESPACE: z.string().min(1).optional(),
  /** The identity token, read anew for each login; `kubernetes` has a usual place for it. */
  OPENBAO_JWT_FILE: z.string().min(1).optional(),
  /** PEM files: an authority besides the system's, and our own certificate with its key. */
  OPENBAO_CA_FILE: z.string().min(1).optional(),
  /** The log of a `file` audit device of OpenBao, where the worker can read it. */
  OPENBAO_AUDIT_FILE: z.string().min(1).optional(),
  /** A YAML or JSON file of the sources of events that the worker reads (docs/ingest.md). */
  INGEST_FILE: z.string().min(1).optional(),
  OPENBAO_CLIENT_CERT_FILE: z.string().min(1).optional(),
  OPENBAO_CLIENT_KEY_FILE: z.string().min(1).optional(),
  /** JSON, or the path of a file with it (docs/runbooks/dr-promotion.md). Without it there is one region. */
  REGIONS_CONFIG: z.string().min(1).optional(),
  /** The operator's own program that promotes a region; without it a promotion can't be carried out. */
  DR_HOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** A folder of manifests that says what runs in the cluster; absent: nothing is known of it. */
  KUBERNETES_SNAPSHOT_DIR: z.string().min(1).optional(),
  /** A YAML or JSON file that names the witnesses of the logs (docs/witnesses.md). */
  WITNESSES_FILE: z.string().min(1).optional(),
  /** Where tiles and evidence packs are kept: a folder or S3 (docs/evidence.md); else below DATA_DIR. */
  CONTENT_STORE: z
    .string()
    .regex(/^(folder:\/|s3:https?:\/\/)/, "must be folder:/path or s3:https://endpoint/bucket")
    .optional(),
  /** JSON with `accessKeyId` and `secretAccessKey`; without it the environment's own identity. */
  CONTENT_STORE_CREDENTIALS_FILE: z.string().min(1).optional(),
  /** A YAML or JSON file that names several clusters and where each is read (docs/clusters.md). */
  CLUSTERS_FILE: z.string().min(1).optional(),
  /** A Sigstore `trusted_root.json`; without it no certificate of a signer can be checked. */
  SIGSTORE_TRUSTED_ROOT: z.string().min(1).optional(),
  /** The forge that speaks Gitea's API, where merges are looked up, and the file of a token that may read. */
  FORGE_URL: z.url({ protocol: /^https?$/ }).optional(),
  FORGE_TOKEN_FILE: z.string().min(1).optional(),
  /** Where the Cedar policies and their schema are, when not in `policies/`. */
  POLICIES_DIR: z.string().min(1).optional(),
  /** A governance engine that speaks AuthZEN and takes Cedar's place (docs/governance-engine.md). */
  AUTHZEN_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** What its decisions are shown under; its host otherwise. */
  AUTHZEN_NAME: z
    .string()
    .regex(/^[\w .-]{1,60}$/)
    .optional(),
  /** `jwt`: a token file whose token says when it ends; `token`: any other; `cert`: our certificate. */
  AUTHZEN_AUTH: z.enum(["jwt", "token", "cert"]).default("jwt"),
  AUTHZEN_TOKEN_FILE: z.string().min(1).optional(),
  AUTHZEN_CA_FILE: z.string().min(1).optional(),
  AUTHZEN_CLIENT_CERT_FILE: z.string().min(1).optional(),
  AUTHZEN_CLIENT_KEY_FILE: z.string().min(1).optional(),
  AUTHZEN_TIMEOUT_MILLIS: z.coerce.number().int().min(100).max(10_000).default(2_000),
  /** Whether tokens of service callers must be bound to a key or certificate of theirs (ADR 0021). */
  API_SENDER_CONSTRAINT: z.enum(["required", "optional"]).default("required"),
  /** Addresses or CIDR blocks, by commas, of proxies whose header with a client's certificate counts. */
  MTLS_PROXIES: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
    ),
  /** CIDR blocks, by commas, of the private networks that the log may be delivered into (docs/delivery.md). */
  SINK_NETWORKS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
    )
    .pipe(
      z.array(
        z.union(
          [z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()],
          "must be CIDR blocks, like 10.20.0.0/16",
        ),
      ),
    ),
  MTLS_CERTIFICATE_HEADER: z
    .string()
    .regex(/^[a-z0-9-]{1,60}$/i)
    .default("client-cert"),
  WORKER_FAILPOINT: z.string().optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  TRUSTED_PROXIES: z.coerce.number().int().min(1).max(10).default(1),
});

const schema = settings.superRefine((env, context) => {
  const need = (name: keyof typeof env, because = `OPENBAO_AUTH=${env.OPENBAO_AUTH}`) => {
    if (env[name]) return;
    context.addIssue({ code: "custom", path: [name], message: `is needed with ${because}` });
  };
  if (env.OPENBAO_AUTH === "token") need("OPENBAO_TOKEN_FILE");
  if (env.OPENBAO_AUTH === "jwt" || env.OPENBAO_AUTH === "kubernetes") need("OPENBAO_ROLE");
  if (env.OPENBAO_AUTH === "jwt") need("OPENBAO_JWT_FILE");
  if (env.OPENBAO_AUTH === "cert") {
    need("OPENBAO_CLIENT_CERT_FILE");
    need("OPENBAO_CLIENT_KEY_FILE");
  }
  if (env.AUTHZEN_URL) {
    const because = `AUTHZEN_AUTH=${env.AUTHZEN_AUTH}`;
    if (env.AUTHZEN_AUTH === "cert") {
      need("AUTHZEN_CLIENT_CERT_FILE", because);
      need("AUTHZEN_CLIENT_KEY_FILE", because);
    } else need("AUTHZEN_TOKEN_FILE", because);
  }
});

export type Env = z.infer<typeof schema>;

const ALL_SAME_DIGIT = /^(.)\1*$/;

/** What production refuses (DESIGN §8): embedded parts, default secrets, plain HTTP, failpoints. */
function productionFaults(env: Env): string[] {
  const faults: string[] = [];
  for (const name of ["CONSOLE_URL", "NEXTAUTH_URL", "OPENBAO_ADDR"] as const) {
    if (!env[name].startsWith("https://")) faults.push(`${name}: production needs https://`);
  }
  for (const name of ["TENANT_CONTEXT_KEY", "SESSION_KEY", "PAYLOAD_KEY"] as const) {
    if (ALL_SAME_DIGIT.test(env[name]))
      faults.push(`${name}: a default key is refused, generate one with "openssl rand -hex 32"`);
  }
  const keys = [env.TENANT_CONTEXT_KEY, env.SESSION_KEY, env.PAYLOAD_KEY];
  if (new Set(keys).size < keys.length)
    faults.push("TENANT_CONTEXT_KEY, SESSION_KEY, PAYLOAD_KEY: must differ from one another");
  if (/demo|changeme|secret|password/i.test(env.NEXTAUTH_SECRET))
    faults.push("NEXTAUTH_SECRET: a default secret is refused");
  if (env.DR_HOOK_URL && !env.DR_HOOK_URL.startsWith("https://"))
    faults.push("DR_HOOK_URL: production needs https://");
  if (env.CONTENT_STORE?.startsWith("s3:http:"))
    faults.push("CONTENT_STORE: production needs https://");
  if (env.AUTHZEN_URL && !env.AUTHZEN_URL.startsWith("https://"))
    faults.push("AUTHZEN_URL: production needs https://");
  if (env.API_SENDER_CONSTRAINT !== "required")
    faults.push("API_SENDER_CONSTRAINT: production takes no token that anybody could send");
  if (env.OPENBAO_AUTH === "token")
    faults.push(
      "OPENBAO_AUTH: a static token is refused, log in by jwt, kubernetes or cert (README.md)",
    );
  if (env.WORKER_FAILPOINT) faults.push("WORKER_FAILPOINT: failpoints are for tests only");
  for (const name of Object.keys(env).filter((key) => key.startsWith("DATABASE_URL_"))) {
    faults.push(
      ...databaseFaults(new URL(env[name as "DATABASE_URL_TENANT"])).map(
        (fault) => `${name}: ${fault}`,
      ),
    );
  }
  return faults;
}

/** Settings of a connection that the driver takes from the query, over what the URL says before it. */
const OVERRIDES = ["host", "port", "user", "password", "ssl", "sslnegotiation", "uselibpqcompat"];

function databaseFaults(url: URL): string[] {
  const faults = OVERRIDES.filter((name) => url.searchParams.has(name)).map(
    (name) => `production takes no "${name}" in the query, say it before the "?"`,
  );
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  // Of several the driver takes the last: each must be the right one.
  const modes = url.searchParams.getAll("sslmode");
  const isVerified = modes.length > 0 && modes.every((mode) => mode === "verify-full");
  if (!isLocal && !isVerified) faults.push("production needs sslmode=verify-full");
  if (/demo/.test(url.password)) faults.push("a demo password is refused");
  return faults;
}

/** Parses and checks an environment. Throws one error that names every variable at fault and the remedy. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(source);
  const faults = parsed.success
    ? parsed.data.CONSOLE_MODE === "production"
      ? productionFaults(parsed.data)
      : []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (!parsed.success || faults.length > 0) {
    throw new Error(
      `The environment is not valid:\n  ${faults.join("\n  ")}\nSee README.md, "Configuration".`,
    );
  }
  return parsed.data;
}

let cached: Env | undefined;

/** The process's environment, checked once. */
export function env(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}
