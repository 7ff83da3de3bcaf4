import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { readProcedure, router } from "#server/trpc/init.ts";
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
}, 900_000);

/** What a careless colleague might write, with a way around row security to make it leak. */
function leakyRouter(anywhere: pg.Client) {
  const read = readProcedure("runtime.alerts.read");
  const input = z.object({ alertId: entityId("alert") });
  const findAnywhere = async (alertId: string) => {
    const { rows } = await anywhere.query("SELECT * FROM alert WHERE alert_id = $1", [alertId]);
    return rows[0] as { tenant_id: string; detail: string } | undefined;
  };
  const of = (does: (alertId: string, tenant: string) => Promise<unknown>) =>
    read
      .input(input)
      .output(z.unknown())
      .query(({ ctx, input: { alertId } }) => does(alertId, ctx.caller.tenant));
  return router({
    shows: of(async (id) => (await findAnywhere(id))?.detail),
    tells: of(async (id, tenant) => {
      const row = await findAnywhere(id);
      if (!row) throw notFound("alert");
      if (row.tenant_id !== tenant) throw new AppError("forbidden", "Not your alert.");
      return "yours";
    }),
    // Said to change something: rows are looked at after each call of it.
    writes: read
      .input(input)
      .output(z.unknown())
      .mutation(async ({ input: { alertId } }) => {
        const how = "UPDATE alert SET detail = detail || '.' WHERE alert_id = $1";
        await anywhere.query(how, [alertId]);
        return "done";
      }),
    logs: of(async (id) => {
      logger.info({ detail: (await findAnywhere(id))?.detail }, "looked at");
      return "done";
    }),
    leaves: of(async () => {
      const { consolePools } = globalThis as unknown as { consolePools: { tenant: pg.Pool } };
      await consolePools.tenant.query("SET search_path = public");
      return "done";
    }),
    neverWorks: of(async () => {
      throw notFound("alert");
    }),
    unmarked: read
      .input(z.object({ deep: z.array(z.object({ someId: z.uuid() })) }))
      .output(z.unknown())
      .query(async () => "done"),
  });
}

let anywhere: pg.Client;
beforeAll(async () => {
  anywhere = new pg.Client({ connectionString: urls.superuser });
  await anywhere.connect();
});
afterAll(() => anywhere.end());

test("the walk can fail: each kind of leak is caught, by name", async () => {
  const { unmarked, ...walkable } = leakyRouter(anywhere)._def.record;
  const report = await runIsolation({ ...where, calls: 250, router: router(walkable) });
  const failures = report.failures.join("\n");
  expect(report.leaks).toBeGreaterThan(4);
  expect(report.reached).toBeLessThan(report.procedures);
  expect(failures).toMatch(/LEAK shows: a foreign canary in the answer/);
  expect(failures).toMatch(/LEAK tells: a foreign id can be told from an absent one/);
  expect(failures).toMatch(/LEAK writes: foreign rows changed: alert:/);
  expect(failures).toMatch(/LEAK logs: a foreign canary in a log line/);
  expect(failures).toMatch(/LEAK leaves.*: residue on the connection: public/);
  expect(failures).toMatch(/neverWorks: never succeeded with own ids/);

  const second = await runIsolation({ ...where, calls: 1, router: router({ unmarked }) });
  expect(second.failures.join()).toMatch(/unmarked\.deep\[\]\.someId: a uuid .* entityId/);
}, 400_000);
