import { z } from "zod";
import { env } from "#server/platform/env/env.ts";

const LOOPS = [
  "rotations",
  "bindings",
  "sealer",
  "search-index",
  "webhooks",
  "approvals",
  "deployments",
  "deployment-news",
  "policies",
  "consumers",
  "incidents",
  "denials",
  "sessions",
  "rotation-approvals",
  "lasting-trouble",
  "discovery",
  "leases",
  "manual-work",
  "watch",
  "renewals",
  "regions",
  "access-reviews",
  "break-glass",
  "isolation",
  "witnesses",
  "remediation",
  "drift",
  "compliance",
  "elevation",
  "elevation-projections",
  "tenant-lifecycles",
  "event-sources",
  "retention",
  "log-keys",
  "evidence",
  "delivery",
] as const;

const schema = z.object({
  /** How long one claim of a rotation lasts without a sign of life. */
  WORKER_LEASE_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
  /** How many rotations may act on one database host, mount or realm at once. */
  ROTATIONS_PER_TARGET: z.coerce.number().int().min(1).max(1_000).default(4),
  /** How often each tenant's stores are looked through for secrets. */
  DISCOVERY_SECONDS: z.coerce.number().int().min(5).max(86_400).default(300),
  /** How often each tenant's issuers are asked who has which role. */
  ACCESS_DIRECTORY_SECONDS: z.coerce.number().int().min(5).max(86_400).default(900),
  /** How often a witness is asked about a log that grew. */
  WITNESS_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  /** Seconds that a sink may be behind the log before people are told. */
  SINK_LAG_SECONDS: z.coerce.number().int().min(10).max(86_400).default(300),
  /** How often each tenant's isolation is looked at. */
  ISOLATION_SECONDS: z.coerce.number().int().min(2).max(86_400).default(60),
  /** How often each tenant is compared with what is declared; changes that a cluster tells of come sooner. */
  DRIFT_SECONDS: z.coerce.number().int().min(2).max(86_400).default(60),
  /** How often compliance is judged; a log that grew brings it sooner, but not before the least. */
  COMPLIANCE_SECONDS: z.coerce.number().int().min(2).max(86_400).default(300),
  COMPLIANCE_LEAST_SECONDS: z.coerce.number().int().min(1).max(86_400).default(30),
  /** How often every row of each log is held against a signed head. */
  LOG_AUDIT_SECONDS: z.coerce.number().int().min(60).max(172_800).default(86_400),
  /** Where those audits keep how far they are, shared by replicas that go on with each other's; `log-audits` in DATA_DIR otherwise. */
  LOG_AUDIT_DIR: z.string().min(1).optional(),
  /** Where the vault stands, as the Placement of tenants names regions. */
  VAULT_REGION: z.string().min(1).max(100).optional(),
  /** Vault logins of the platform itself, like `auth/kubernetes/external-secrets`, separated by commas. */
  VAULT_PLATFORM_READERS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  /** Minutes that a rotation may be in doubt, or meet trouble at every attempt, before people are told. */
  ALERT_AFTER_DOUBT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(10),
  ALERT_AFTER_TROUBLE_MINUTES: z.coerce.number().int().min(1).max(1_440).default(60),
  /** The Keycloak where realms of new tenants are made, and a client of it that may. */
  REALM_ADMIN_URL: z.url({ protocol: /^https?$/ }).optional(),
  REALM_ADMIN_REALM: z.string().min(1).default("master"),
  REALM_ADMIN_CLIENT_ID: z.string().min(1).default("sovereign-console-onboarding"),
  REALM_ADMIN_SECRET_FILE: z.string().min(1).optional(),
  /** A file with a token instead: for development alone. */
  REALM_ADMIN_TOKEN_FILE: z.string().min(1).optional(),
  /** Which loops this replica runs. */
  WORKER_LOOPS: z
    .string()
    .default(LOOPS.join(","))
    .transform((list) => list.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(LOOPS)).min(1)),
  WORKER_FAILPOINT: z
    .string()
    .regex(/^(before|after):[a-z]+\.[a-z-]+$/, "must be before:<call> or after:<call>")
    .optional(),
});

export type WorkerEnv = z.infer<typeof schema>;

/** The worker's own settings, on top of the console's (which refuses failpoints in production). */
export function workerEnv(): WorkerEnv {
  env();
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`);
    throw new Error(`The worker's environment is not valid:\n  ${faults.join("\n  ")}`);
  }
  return parsed.data;
}
