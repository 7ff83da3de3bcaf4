import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { type SpawnedVault, spawnVault } from "./vault/spawn-vault.ts";

const directory = mkdtempSync(join(tmpdir(), "seed-vault-"));
let vault: SpawnedVault;

beforeAll(async () => {
  vault = await spawnVault(directory);
});

afterAll(async () => {
  await vault.stop();
  rmSync(directory, { recursive: true, force: true });
  // Those of its own tenants alone: other tests run beside this one on the same server.
  const databases = await asSuperuser<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname IN (SELECT 'demo_' || replace(tenant_id, '-', '_') FROM tenant)",
  );
  for (const { datname } of databases) await asSuperuser(`DROP DATABASE "${datname}" WITH (FORCE)`);
});

function seed(changes: Record<string, string> = {}) {
  const main = fileURLToPath(new URL("./seed.ts", import.meta.url));
  return spawnSync(process.execPath, ["--conditions=react-server", main], {
    encoding: "utf8",
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      OPENBAO_ADDR: vault.address,
      OPENBAO_TOKEN_FILE: vault.tokenFile,
      POSTGRES_ADMIN_URL: fileDatabase().urls.superuser,
      ...changes,
    },
  });
}

const COUNTS = `SELECT b.tenant_id, count(*)::int AS bindings,
    count(*) FILTER (WHERE rotator ->> 'kind' = 'postgres-dual-user')::int AS pairs,
    (SELECT count(*)::int FROM audit_event e WHERE e.tenant_id = b.tenant_id) AS events
  FROM secret_binding b GROUP BY b.tenant_id ORDER BY b.tenant_id`;

test("fills the demo, and a second time changes nothing", { timeout: 240_000 }, async () => {
  const first = seed();
  expect(first.status, first.stderr + first.stdout).toBe(0);
  const counts = await asSuperuser(COUNTS);
  expect(counts.map((row) => row.tenant_id)).toEqual([
    "acme-shop",
    "lulu-hypermarket",
    "muscatpharmacy",
    "omantel",
  ]);
  // The Sovereign has two more: what its people change in a ceremony.
  for (const row of counts) {
    const bindings = row.tenant_id === "omantel" ? 25 : 23;
    expect(row).toMatchObject({ bindings, pairs: 5 });
  }
  const second = seed();
  expect(second.status, second.stderr + second.stdout).toBe(0);
  expect(await asSuperuser(COUNTS)).toEqual(counts);
  expect(first.stdout + second.stdout).not.toMatch(/[A-Za-z0-9_-]{43}/);
});

test("it refuses to run in production", () => {
  const refused = seed({ CONSOLE_MODE: "production" });
  expect(refused.status).not.toBe(0);
});
