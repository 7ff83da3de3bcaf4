import pg, { escapeIdentifier } from "pg";
import { scramVerifier } from "#server/platform/db/scram-verifier.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

/** Two logins that take turns, the group that owns what they use, and who may change their passwords. */
export interface RolePair {
  group: string;
  roles: readonly [string, string];
  rotator: string;
}

/** Makes a database that only named roles may enter. Repeatable. `adminUrl` is a superuser's. */
export async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    const found = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount === 0) await admin.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    await admin.query(`REVOKE ALL ON DATABASE ${escapeIdentifier(database)} FROM PUBLIC`);
  });
}

/**
 * Makes the roles of a pair, locked, and the rotator, which may alter these two and no other:
 * ADMIN lets it set their passwords, INHERIT lets it end their sessions. Repeatable.
 */
export async function ensureRolePair(
  adminUrl: string,
  database: string,
  { group, roles, rotator }: RolePair,
): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    await ensureRole(admin, group, "NOLOGIN");
    await ensureRole(admin, rotator, "LOGIN CREATEROLE");
    for (const role of roles) {
      await ensureRole(admin, role, "NOLOGIN");
      await admin.query(`GRANT ${escapeIdentifier(group)} TO ${escapeIdentifier(role)}`);
      await admin.query(
        `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(rotator)} WITH ADMIN TRUE, INHERIT TRUE, SET FALSE`,
      );
    }
    const entrants = [group, rotator].map(escapeIdentifier).join(", ");
    await admin.query(`GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${entrants}`);
  });
}

/** Opens a role with a value from the vault; Postgres gets its verifier only. */
export async function openRole(
  adminUrl: string,
  role: string,
  password: SecretValue,
): Promise<void> {
  const verifier = scramVerifier(password.reveal());
  await asAdmin(adminUrl, async (admin) => {
    await admin.query(`ALTER ROLE ${escapeIdentifier(role)} LOGIN PASSWORD '${verifier}'`);
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
