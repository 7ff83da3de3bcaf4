import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { readProcedure, router } from "#server/trpc/init.ts";
import { appRouter } from "#server/trpc/root.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { identityFile } from "../isolation/persona.ts";
import { FOREIGN, OWN, runIsolation } from "../isolation/run-isolation.ts";
import { tenantTables, withoutRowSecurity } from "./every-table.ts";
import { recordStatements, withoutTenant } from "./recorded-statements.ts";

/*
 * The second wall alone: the whole isolation walk in a database without row security. What keeps the
 * tenants apart here is nothing but the tenant in every `where` of the real procedures.
 */
process.env.IDENTITY_CONFIG = join(process.env.DATA_DIR ?? "", "identity.json");
process.env.DATABASE_POOL_SIZE = "2";
writeFileSync(
  process.env.IDENTITY_CONFIG,
  identityFile([OWN, FOREIGN, process.env.SOVEREIGN ?? ""]),
);

const { cluster, urls } = fileDatabase();
const where = { superuserUrl: urls.superuser, serverLog: cluster.logFile, calls: 150, seed: 2 };
const admin = new pg.Client({ connectionString: urls.superuser });
let tables: string[];

beforeAll(async () => {
  await admin.connect();
  tables = await tenantTables(admin);
  await withoutRowSecurity(admin);
});
afterAll(async () => {
  await admin.end();
  await closePools();
  await closeIdentityPools();
});

test("without row security the code alone keeps the tenants apart, and names the tenant in every statement", async () => {
  const recorded = recordStatements();
  const report = await runIsolation({ ...where, router: appRouter }).finally(recorded.stop);
  expect(report.failures.join("\n\n")).toBe("");
  expect(report.leaks).toBe(0);
  expect(report.reached).toBe(report.procedures);
  expect(recorded.texts.size).toBeGreaterThan(30);
  expect(withoutTenant(recorded.texts, tables)).toEqual([]);
}, 900_000);

test("with this wall removed as well, the walk is red", async () => {
  const forgetful = router({
    forgetful: readProcedure("runtime.alerts.read")
      .output(z.array(z.string()))
      .query(async ({ ctx }) => {
        const rows = await ctx.tx.query<{ detail: string }>("SELECT detail FROM alert");
        return rows.map((row) => row.detail);
      }),
    forgetfulPrisma: readProcedure("runtime.alerts.read")
      .output(z.array(z.string()))
      .query(async ({ ctx }) => (await ctx.tx.db.alert.findMany()).map((row) => row.detail)),
  });
  const recorded = recordStatements();
  const report = await runIsolation({ ...where, calls: 10, router: forgetful }).finally(
    recorded.stop,
  );
  expect(report.failures.join("\n")).toMatch(/LEAK forgetful .*a foreign canary in the answer/);
  expect(report.failures.join("\n")).toMatch(/LEAK forgetfulPrisma .*a foreign canary/);
  expect(withoutTenant(recorded.texts, tables)).toHaveLength(2);
}, 120_000);
