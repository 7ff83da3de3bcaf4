import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { appRouter } from "#server/trpc/root.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { identityFile } from "./persona.ts";
import { FOREIGN, OWN, runIsolation } from "./run-isolation.ts";

process.env.IDENTITY_CONFIG = join(process.env.DATA_DIR ?? "", "identity.json");
process.env.DATABASE_POOL_SIZE = "2";
writeFileSync(
  process.env.IDENTITY_CONFIG,
  identityFile([OWN, FOREIGN, process.env.SOVEREIGN ?? ""]),
);

afterAll(async () => {
  await closePools();
  await closeIdentityPools();
});

const { cluster, urls } = fileDatabase();
const where = { superuserUrl: urls.superuser, serverLog: cluster.logFile, calls: 200, seed: 1 };

test("no procedure and no route shows or touches another tenant's", async () => {
  const report = await runIsolation({ ...where, router: appRouter });
  expect(report.failures.join("\n\n")).toBe("");
  expect(report.leaks).toBe(0);
  expect(report.reached).toBe(report.procedures);
  expect(report.outcomes.ok).toBeGreaterThan(0);
  expect(report.outcomes.not_found).toBeGreaterThan(0);
}, 240_000);
