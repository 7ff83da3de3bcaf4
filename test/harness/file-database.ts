import type { TestDatabase } from "./test-database.ts";

const slot = globalThis as { __fileDatabase?: TestDatabase };

export function setFileDatabase(database: TestDatabase): void {
  slot.__fileDatabase = database;
}

/** The database that the integration setup made for the running test file (see `process.env`). */
export function fileDatabase(): TestDatabase {
  if (!slot.__fileDatabase)
    throw new Error("Only *.int.test.ts files have a database of their own.");
  return slot.__fileDatabase;
}
