import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { APPLICATION_LOGINS } from "./logins.ts";

const MIGRATIONS_DIR = join(import.meta.dirname, "../../../prisma/migrations");
/** Any fixed number: it only has to be the same in every runner. */
const ADVISORY_LOCK = 7_262_061_122;

export interface MigrateOptions {
  /** Connection of `console_migrator`, the owner of the database. */
  connectionString: string;
  /** 32 bytes as hex: the key that signs tenant contexts (law 4). */
  tenantContextKey: string;
  migrationsDir?: string;
}

/**
 * Applies forward-only SQL migrations: advisory lock, one transaction a file, recorded in
 * `_prisma_migrations` with Prisma's checksum. Returns the names applied now.
 * Throws when a recorded file has changed or is gone: migrations are never edited.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: options.connectionString });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS public._prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
      migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
    const applied = await applyPending(client, options.migrationsDir ?? MIGRATIONS_DIR);
    await client.query("SELECT app.set_context_key($1)", [
      Buffer.from(options.tenantContextKey, "hex"),
    ]);
    await closeDatabase(client);
    return applied;
  } finally {
    await client.end();
  }
}

/**
 * Takes away what Postgres grants everybody on a new database. A temporary table would shadow a real
 * one for whoever gets the pooled connection next, so its refusal is checked and not assumed.
 */
async function closeDatabase(client: pg.Client): Promise<void> {
  await client.query(`DO $$ BEGIN
    EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
  END $$`);
  const { rows } = await client.query<{ login: string }>(
    `SELECT rolname AS login FROM pg_roles
     WHERE rolname = ANY ($1) AND has_database_privilege(rolname, current_database(), 'TEMPORARY, CREATE')`,
    [APPLICATION_LOGINS],
  );
  if (rows.length > 0) {
    throw new Error(
      `${rows.map((row) => row.login).join(", ")} may make tables in this database. Make console_migrator its owner, or REVOKE TEMPORARY, CREATE ON DATABASE … FROM PUBLIC as its owner.`,
    );
  }
}

async function applyPending(client: pg.Client, dir: string): Promise<string[]> {
  const recorded = await client.query<{ migration_name: string; checksum: string }>(
    "SELECT migration_name, checksum FROM public._prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const checksums = new Map(recorded.rows.map((row) => [row.migration_name, row.checksum]));
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of checksums.keys()) {
    if (!names.includes(name))
      throw new Error(`Migration ${name} is applied but its file is gone.`);
  }
  const applied: string[] = [];
  for (const name of names.sort()) {
    const sql = await readFile(join(dir, name, "migration.sql"), "utf8");
    const checksum = createHash("sha256").update(sql).digest("hex");
    const known = checksums.get(name);
    if (known === checksum) continue;
    if (known !== undefined) {
      throw new Error(
        `Migration ${name} was changed after it was applied. Restore the file and write a new migration.`,
      );
    }
    await applyOne(client, name, sql, checksum);
    applied.push(name);
  }
  return applied;
}

async function applyOne(client: pg.Client, name: string, sql: string, checksum: string) {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`Migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}
