import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { waitFor } from "../../../test/harness/wait-for.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { operatingAccount } from "./operating-account.ts";
import { dataDirectory, removeData } from "./postgres-home.ts";

/** mkdtemp makes it private to us, so for root this is the case of an unreachable clone. */
const directory = mkdtempSync(join(tmpdir(), "sovereign-console-pg-"));
const options = {
  dataDir: join(directory, "pg"),
  superuserPassword: "only-for-this-test",
  logFile: join(directory, "postgres.log"),
};
afterAll(() => {
  removeData(options.dataDir, operatingAccount());
  rmSync(directory, { recursive: true, force: true });
});

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test("keeps its data between two starts, and asks everybody for a password", async () => {
  const first = await startEmbeddedPostgres(options);
  await query(first.superuserUrl(), "CREATE TABLE kept AS SELECT 7 AS value");
  await expect(
    query(first.superuserUrl().replace(options.superuserPassword, "wrong"), "SELECT 1"),
  ).rejects.toMatchObject({ code: "28P01" });
  await first.stop();
  const second = await startEmbeddedPostgres(options);
  expect(await query(second.superuserUrl(), "TABLE kept")).toEqual([{ value: 7 }]);
  await second.stop();
  expect(readFileSync(options.logFile, "utf8")).not.toContain(options.superuserPassword);
});

test("a server left behind by a killed owner makes way for the next start", async () => {
  const module = JSON.stringify(join(import.meta.dirname, "embedded-postgres.ts"));
  const program = `
    import { startEmbeddedPostgres } from ${module};
    const server = await startEmbeddedPostgres(${JSON.stringify(options)});
    process.send(server.pid);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const leftBehind = await new Promise<number>((resolve) =>
    owner.once("message", (message) => resolve(message as number)),
  );
  owner.kill("SIGKILL");
  await waitFor(() => owner.signalCode);
  expect(process.kill(leftBehind, 0)).toBe(true);
  const next = await startEmbeddedPostgres(options);
  expect(() => process.kill(leftBehind, 0)).toThrow("ESRCH");
  expect(await query(next.superuserUrl(), "TABLE kept")).toEqual([{ value: 7 }]);
  await next.stop();
});

test("a throwaway server takes its data with it", async () => {
  const throwaway = { ...options, dataDir: join(directory, "throwaway"), throwaway: true };
  const server = await startEmbeddedPostgres(throwaway);
  const data = dataDirectory(throwaway.dataDir, operatingAccount());
  expect(existsSync(join(data, "PG_VERSION"))).toBe(true);
  await server.stop();
  expect(existsSync(data)).toBe(false);
});

test("says what went wrong when it cannot start", async () => {
  const server = await startEmbeddedPostgres(options);
  await expect(
    startEmbeddedPostgres({
      ...options,
      dataDir: join(directory, "other"),
      port: server.port,
      exactPort: true,
    }),
  ).rejects.toThrow(/did not start.*could not bind/s);
  await server.stop();
  removeData(join(directory, "other"), operatingAccount());
});
