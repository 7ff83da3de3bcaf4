import pg from "pg";
import { expect, test } from "vitest";
import { fileDatabase } from "./file-database.ts";
import { testDatabase } from "./test-database.ts";

async function query(connectionString: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

test("every login reaches the file's own database as itself", async () => {
  const { urls, name } = fileDatabase();
  for (const [login, url] of Object.entries(urls)) {
    const { rows } = await query(
      url,
      "SELECT current_user AS login, current_database() AS database",
    );
    const expected = login === "superuser" ? "postgres" : `console_${login}`;
    expect(rows).toEqual([{ login: expected, database: name }]);
  }
  expect(process.env.DATABASE_URL_TENANT).toBe(urls.tenant);
});

test("a wrong password is refused: the server trusts nobody", async () => {
  const url = fileDatabase().urls.tenant.replace(/:[0-9a-f]+@/, ":wrong@");
  await expect(query(url, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

test("another database is apart, migrated, and gone when dropped", async () => {
  const other = await testDatabase();
  await query(other.urls.superuser, "CREATE TABLE only_here ()");
  await expect(query(fileDatabase().urls.superuser, "TABLE only_here")).rejects.toThrow(
    /does not exist/,
  );
  const { rowCount } = await query(other.urls.superuser, "TABLE public._prisma_migrations");
  expect(rowCount).toBeGreaterThan(0);
  await other.drop();
  await expect(query(other.urls.superuser, "SELECT 1")).rejects.toMatchObject({ code: "3D000" });
});
