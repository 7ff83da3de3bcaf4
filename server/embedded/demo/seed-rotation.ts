import { randomBytes } from "node:crypto";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import type { PostgresTarget } from "#server/integrations/postgres-roles/postgres-target.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { DEMO_DATABASES, DEMO_REFERENCES, type DemoReference } from "./demo-secrets.ts";
import { ensureLogin } from "./ensure-login.ts";
import { ensureDatabase, ensureRolePair } from "./role-pair.ts";

export interface RotationSeed {
  tenant: string;
  kv: KvV2;
  /** A superuser's URL of the embedded Postgres. */
  adminUrl: string;
  /** Seconds that old and new login both work. */
  graceSeconds?: number;
}

const DAY_MILLIS = 86_400_000;

/** Real database pairs and references of other kinds, for one tenant. Doing it again changes nothing. */
export async function seedDemoRotation(seed: RotationSeed): Promise<void> {
  const database = `demo_${seed.tenant.replaceAll("-", "_")}`;
  await ensureDatabase(seed.adminUrl, database);
  const { hostname, port } = new URL(seed.adminUrl);
  const target = { host: hostname, port: Number(port), database, tls: "disable" } as const;
  for (const { name, environment, owner } of DEMO_DATABASES) {
    await seedDatabasePair(seed, target, { name, environment, owner });
  }
  for (const reference of DEMO_REFERENCES) await seedReference(seed, reference);
}

/** One pair: roles, logins in the vault, and the binding. */
export async function seedDatabasePair(
  { tenant, kv, adminUrl, graceSeconds = 20 }: RotationSeed,
  target: PostgresTarget & { tls: "disable" },
  { name, environment, owner }: (typeof DEMO_DATABASES)[number],
): Promise<{ bindingId: string }> {
  const group = `${tenant}-${environment}-${name}`;
  const roles = [`${group}-a`, `${group}-b`] as const;
  const rotator = `${tenant}-rotator`;
  await ensureRolePair(adminUrl, target.database, { group, roles, rotator });
  const rotatorPath = `${tenant}/rotators/${target.database}`;
  await ensureLogin(kv, rotatorPath, { adminUrl, target, role: rotator });
  const path = `${tenant}/${environment}/${name}`;
  const currentVersion = await ensureLogin(kv, path, { adminUrl, target, role: roles[0] });
  return runVerb(bindSecret, systemCaller(tenant, "demo-seed"), {
    name,
    class: "database-credential",
    environment,
    store: "openbao",
    path,
    owner,
    rotator: {
      kind: "postgres-dual-user",
      target,
      activeRole: roles[0],
      standbyRole: roles[1],
      rotatorPath,
    },
    currentVersion,
    graceSeconds,
    lastRotatedAt: new Date(),
  });
}

async function seedReference({ tenant, kv }: RotationSeed, reference: DemoReference) {
  const { name, class: secretClass, environment, owner, ageDays, missing } = reference;
  const path = `${tenant}/${environment}/${name}`;
  const metadata = await kv.metadata(path);
  const value = SecretValue.of(randomBytes(32).toString("base64url"));
  const version = metadata?.currentVersion ?? (await kv.write(path, { value }, 0));
  await runVerb(bindSecret, systemCaller(tenant, "demo-seed"), {
    name,
    class: secretClass,
    environment,
    store: "openbao",
    path,
    owner,
    rotator: { kind: "none", missing },
    currentVersion: version,
    lastRotatedAt: ageDays === null ? null : new Date(Date.now() - ageDays * DAY_MILLIS),
  });
}
