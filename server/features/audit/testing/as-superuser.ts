import pg from "pg";
import { fileDatabase } from "#test/harness/file-database.ts";

/** Runs `work` as a superuser: the one login that row security and grants do not bind. */
export async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return connectedTo(fileDatabase().urls.superuser, work);
}

/** Runs `work` on one plain connection, outside the console's pools. */
export async function connectedTo<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
