import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { setFileDatabase } from "./file-database.ts";
import { testDatabase } from "./test-database.ts";

/**
 * Before the imports of each integration test file: a database of its own, and an environment that
 * points there, so that server code under test finds what it would find in production.
 */
const directory = mkdtempSync(join(tmpdir(), "sovereign-console-file-"));
const database = await testDatabase();
const signingKey = join(directory, "log-signing.key");
writeFileSync(signingKey, randomBytes(32).toString("hex"), { mode: 0o600 });
Object.assign(process.env, database.env, { DATA_DIR: directory, LOG_SIGNING_KEY_FILE: signingKey });
setFileDatabase(database);

afterAll(async () => {
  // Pools that the code under test keeps open hold the database: the run's end takes it away then.
  await database.drop({ force: false }).catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
});
