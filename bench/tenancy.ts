import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "#prisma-client";
import { startEmbeddedPostgres } from "#server/embedded/postgres/embedded-postgres.ts";
import {
  closePools,
  type TransactionPrisma,
  withTenant,
} from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { environment } from "#test/fixtures/environment.ts";
import {
  clusterUrl,
  newPasswords,
  prepareCluster,
  TEMPLATE_DATABASE,
} from "#test/harness/test-cluster.ts";
import { seedBenchmark } from "./seed.ts";

/*
 * What tenancy costs: one request of five queries through `withTenant` and Prisma, as a procedure
 * makes it, against the same five by the same Prisma over the same rows without policies and without
 * a transaction. Rounds alternate, so that both see the same machine. Prints JSON and one line.
 */
const WARM_UP = 200;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 800);
const PLAIN_DATABASE = "without_tenancy";

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-bench-"));
const superuserPassword = randomBytes(24).toString("hex");
const postgres = await startEmbeddedPostgres({
  dataDir: join(directory, "pg"),
  superuserPassword,
  logFile: join(directory, "postgres.log"),
  throwaway: true,
});
const cluster = {
  port: postgres.port,
  superuserPassword,
  passwords: newPasswords(),
  tenantContextKey: randomBytes(32).toString("hex"),
  logFile: join(directory, "postgres.log"),
};
const urlOf = (database: string) =>
  clusterUrl(cluster, "console_tenant", cluster.passwords.console_tenant, database);
const adminUrlOf = (database: string) =>
  clusterUrl(cluster, "postgres", superuserPassword, database);

try {
  await prepareCluster(cluster);
  const { tenant, bindingId } = await seedBenchmark(adminUrlOf(TEMPLATE_DATABASE));
  await copyWithoutPolicies();
  Object.assign(
    process.env,
    environment({
      DATABASE_URL_TENANT: urlOf(TEMPLATE_DATABASE),
      TENANT_CONTEXT_KEY: cluster.tenantContextKey,
      DATABASE_POOL_SIZE: "2",
    }),
  );
  const plainPool = new pg.Pool({
    connectionString: urlOf(PLAIN_DATABASE),
    max: 2,
    pipeline: true,
  } as pg.PoolConfig);
  const names = new Map<string, string>();
  const plain = new PrismaClient({
    adapter: new PrismaPg(plainPool, {
      statementNameGenerator: ({ sql }) => {
        const name = names.get(sql) ?? `b${names.size}`;
        names.set(sql, name);
        return name;
      },
    }),
  });
  const authorized = mintAuthorizedTenant(tenant);
  const scoped = () =>
    withTenant(authorized, "tenant", (tx) => fiveQueries(tx.db, tenant, bindingId), {
      readOnly: true,
    });
  const bare = () => fiveQueries(plain, tenant, bindingId);

  const alone = await compare(scoped, bare);
  const burners = await burnEveryCore();
  const full = await compare(scoped, bare);
  await Promise.all(burners.map((burner) => burner.terminate()));

  process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, queries: 5, alone, full }, null, 2)}\n`);
  process.stdout.write(
    `tenancy costs ${alone.ratio}x alone, ${full.ratio}x with the processor full (p50 of ${ROUNDS} rounds)\n`,
  );
  await plain.$disconnect();
  await plainPool.end();
  await closePools();
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

/** The reads of a dashboard, one after the other, each with the tenant in its `where`. */
async function fiveQueries(db: TransactionPrisma, tenantId: string, bindingId: string) {
  const binding = await db.secretBinding.findUnique({
    where: { tenantId_bindingId: { tenantId, bindingId } },
  });
  const bindings = await db.secretBinding.findMany({
    where: { tenantId },
    orderBy: { name: "asc" },
    take: 20,
  });
  const alerts = await db.alert.findMany({
    where: { tenantId },
    orderBy: { createdAt: "desc" },
    take: 10,
  });
  const open = await db.alert.count({ where: { tenantId, severity: "critical" } });
  const tenant = await db.tenant.findUnique({ where: { tenantId } });
  if (!binding || !tenant || bindings.length !== 20 || alerts.length !== 10 || open === 0) {
    throw new Error("the benchmark did not read what it should");
  }
}

async function compare(scoped: () => Promise<unknown>, bare: () => Promise<unknown>) {
  const times = { scoped: [] as number[], bare: [] as number[] };
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const order = round % 2 ? (["scoped", "bare"] as const) : (["bare", "scoped"] as const);
    for (const which of order) {
      const begun = performance.now();
      await (which === "scoped" ? scoped() : bare());
      if (round >= 0) times[which].push(performance.now() - begun);
    }
  }
  const at = (quantile: number) => ({
    scoped: quantileOf(times.scoped, quantile),
    bare: quantileOf(times.bare, quantile),
  });
  const [p50, p10] = [at(0.5), at(0.1)];
  return {
    scopedMillis: rounded(p50.scoped),
    bareMillis: rounded(p50.bare),
    ratio: rounded(p50.scoped / p50.bare, 100),
    /** The same from the calls that nothing else on the machine disturbed. */
    ratioOfP10: rounded(p10.scoped / p10.bare, 100),
  };
}

function quantileOf(values: number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN;
}

function rounded(value: number, steps = 1_000): number {
  return Math.round(value * steps) / steps;
}

async function copyWithoutPolicies(): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrlOf("postgres") });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${PLAIN_DATABASE} TEMPLATE ${TEMPLATE_DATABASE}`);
  await admin.end();
  const copy = new pg.Client({ connectionString: adminUrlOf(PLAIN_DATABASE) });
  await copy.connect();
  await copy.query(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t);
    END LOOP;
  END $$; ANALYZE`);
  await copy.end();
}

async function burnEveryCore(): Promise<Worker[]> {
  const started = Array.from({ length: availableParallelism() }, () => {
    const burner = new Worker(
      "require('node:worker_threads').parentPort.postMessage('hot'); for (;;) Math.sqrt(2);",
      { eval: true },
    );
    return new Promise<Worker>((resolve) => burner.once("message", () => resolve(burner)));
  });
  return Promise.all(started);
}
