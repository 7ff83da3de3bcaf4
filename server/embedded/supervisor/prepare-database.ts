import pg from "pg";
import { ensureLogins, type LoginPasswords, MIGRATOR_LOGIN } from "../../platform/db/logins.ts";
import { migrate } from "../../platform/db/migrate.ts";

export const CONSOLE_DATABASE = "console";

/** Makes the logins and the console's database, and brings its schema up to date. Repeatable. */
export async function prepareDatabase(options: {
  superuserUrl: (database?: string) => string;
  port: number;
  logins: LoginPasswords;
  tenantContextKey: string;
}): Promise<void> {
  const admin = new pg.Client({ connectionString: options.superuserUrl() });
  await admin.connect();
  try {
    await ensureLogins(admin, options.logins);
    const found = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [
      CONSOLE_DATABASE,
    ]);
    if (found.rowCount === 0) {
      await admin.query(`CREATE DATABASE ${CONSOLE_DATABASE} OWNER ${MIGRATOR_LOGIN}`);
    }
  } finally {
    await admin.end();
  }
  await migrate({
    connectionString: migratorUrl(options.port, options.logins),
    tenantContextKey: options.tenantContextKey,
  });
}

export function migratorUrl(port: number, logins: LoginPasswords): string {
  return `postgresql://${MIGRATOR_LOGIN}:${logins[MIGRATOR_LOGIN]}@127.0.0.1:${port}/${CONSOLE_DATABASE}`;
}
