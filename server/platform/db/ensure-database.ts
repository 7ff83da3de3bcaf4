import pg from "pg";
import { MIGRATOR_LOGIN } from "./logins.ts";

/** Makes the console's database, owned by the migrator. False when it is there already. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount !== 0) return false;
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${MIGRATOR_LOGIN}`);
    return true;
  } finally {
    await client.end();
  }
}
