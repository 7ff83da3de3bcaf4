import { randomBytes } from "node:crypto";
import pg, { escapeIdentifier } from "pg";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { PostgresTarget } from "#server/integrations/postgres-roles/postgres-target.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { openRole } from "./role-pair.ts";

export interface EngineSeed {
  vault: { client: OpenBaoClient; address: string; token: SecretValue };
  /** A superuser's URL of the embedded Postgres. */
  adminUrl: string;
  target: PostgresTarget;
  /** Names the login that the engine signs in with. */
  tenant: string;
}

export const ENGINE_MOUNT = "database";

/**
 * The development vault's database engine, connected to a database as a login that may make roles
 * and change those it was given, and nothing else. Repeatable: the login gets a new value each time.
 */
export async function ensureDatabaseEngine(seed: EngineSeed): Promise<void> {
  const { vault, adminUrl, target } = seed;
  const mounts = await vault.client.system.mounts();
  if (!mounts.some(({ path }) => path === ENGINE_MOUNT)) {
    await post(seed, `sys/mounts/${ENGINE_MOUNT}`, { type: "database" });
  }
  const username = engineLogin(seed);
  const password = randomBytes(24).toString("base64url");
  await asAdmin(adminUrl, async (admin) => {
    await ensureRole(admin, username, "LOGIN CREATEROLE");
    // What it makes it may also end: its sessions, what it owns, and itself.
    await admin.query(
      `ALTER ROLE ${escapeIdentifier(username)} SET createrole_self_grant = 'set, inherit'`,
    );
    await admin.query(
      `GRANT CONNECT ON DATABASE ${escapeIdentifier(target.database)} TO ${escapeIdentifier(username)}`,
    );
  });
  await openRole(adminUrl, username, SecretValue.of(password));
  await post(seed, `${ENGINE_MOUNT}/config/${target.database}`, {
    plugin_name: "postgresql-database-plugin",
    allowed_roles: ["*"],
    connection_url: `postgresql://{{username}}:{{password}}@${target.host}:${target.port}/${target.database}?sslmode=disable`,
    username,
    password,
    password_authentication: "scram-sha-256",
  });
}

/** A user whose password the engine changes from now on; the engine takes it over when it is new. */
export async function ensureStaticRole(
  seed: EngineSeed,
  { role, username }: { role: string; username: string },
): Promise<void> {
  await givenToEngine(seed, username, "LOGIN");
  const engine = seed.vault.client.database(ENGINE_MOUNT);
  const found = await engine.staticCredential(role);
  if (found) {
    const probe = await probeLogin(seed.target, found);
    if (probe.kind === "refused") await engine.rotateStaticRole(role);
    return;
  }
  await post(seed, `${ENGINE_MOUNT}/static-roles/${role}`, {
    db_name: seed.target.database,
    username,
    rotation_period: "720h",
  });
}

/** A role by which the engine makes logins that live an hour, each a member of a group. */
export async function ensureDynamicRole(
  seed: EngineSeed,
  {
    role,
    group,
    ttl = "1h",
    maxTtl = "24h",
  }: {
    role: string;
    group: string;
    ttl?: string;
    maxTtl?: string;
  },
): Promise<void> {
  await givenToEngine(seed, group, "NOLOGIN");
  await post(seed, `${ENGINE_MOUNT}/roles/${role}`, {
    db_name: seed.target.database,
    creation_statements: [
      `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE ${escapeIdentifier(group)}`,
    ],
    default_ttl: ttl,
    max_ttl: maxTtl,
  });
}

function engineLogin({ tenant }: EngineSeed): string {
  return `${tenant}-vault`;
}

async function givenToEngine(seed: EngineSeed, role: string, attributes: string): Promise<void> {
  await asAdmin(seed.adminUrl, async (admin) => {
    await ensureRole(admin, role, attributes);
    await admin.query(
      `GRANT CONNECT ON DATABASE ${escapeIdentifier(seed.target.database)} TO ${escapeIdentifier(role)}`,
    );
    await admin.query(
      `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(engineLogin(seed))} WITH ADMIN TRUE, INHERIT TRUE`,
    );
  });
}

async function ensureRole(admin: pg.Client, role: string, attributes: string): Promise<void> {
  const found = await admin.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (found.rowCount === 0)
    await admin.query(`CREATE ROLE ${escapeIdentifier(role)} ${attributes}`);
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

async function post({ vault }: EngineSeed, path: string, body: object): Promise<void> {
  const answer = await fetch(new URL(`/v1/${path}`, vault.address), {
    method: "POST",
    headers: { "x-vault-token": vault.token.reveal(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
}
