import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { fileDatabase } from "#test/harness/file-database.ts";

const name = `install_${randomBytes(4).toString("hex")}`;

/** As an operator runs it: a process of its own, with an environment that points at a new database. */
function run(...args: string[]) {
  const { urls } = fileDatabase();
  const there = (url: string) => {
    const moved = new URL(url);
    moved.pathname = `/${name}`;
    return moved.href;
  };
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    DATABASE_URL_ADMIN: urls.superuser,
    DATABASE_URL_MIGRATOR: there(urls.migrator),
    DATABASE_URL_TENANT: there(urls.tenant),
    DATABASE_URL_OVERVIEW: there(urls.overview),
    DATABASE_URL_WORKER: there(urls.worker),
    DATABASE_URL_SEARCH: there(urls.search),
    DATABASE_URL_IDENTITY: there(urls.identity),
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=react-server", "server/cli/main.ts", ...args],
    { env, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

afterAll(async () => {
  const client = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.end();
});

test("an operator installs with two commands, and both may be run again", async () => {
  const first = run("migrate");
  expect(first, first.stderr).toMatchObject({ status: 0 });
  expect(first.stdout).toContain(`database ${name}: made`);
  expect(run("migrate").stdout).toContain("nothing to apply");

  const sovereign = process.env.SOVEREIGN ?? "";
  for (const slug of [sovereign, "new-shop", "new-shop"]) {
    const made = run("tenant", "make", slug, "--name", "A name");
    expect(made, made.stderr).toMatchObject({ status: 0, stdout: `tenant ${slug}: ready\n` });
  }
  const wrong = run("tenant", "make", "Not a slug", "--name", "x");
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/slug|tenant id/);
});
