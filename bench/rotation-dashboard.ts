import { DASHBOARD_CASES, type DashboardCase } from "./dashboard-cases.ts";
import { DASHBOARD_TENANT, seedDashboard } from "./dashboard-seed.ts";
import { type ProcedureServer, startProcedureServer } from "./procedure-server.ts";

/*
 * The dashboard at 100,000 credentials: signed in, over HTTP, through the procedures, until the last
 * byte of the answer. Beside it in the same rounds, behind the same HTTP server: a page of
 * hand-written SQL by a superuser without policies, session, counts or validation (`ratio`), and the
 * same page after the console's own session check and count of calls (`ratioSignedIn`). Prints JSON.
 */

export interface DashboardBenchOptions {
  /** Of a migrated database that this process's environment points at (`startBenchDatabase`). */
  superuserUrl: string;
  rows?: number;
  rounds?: number;
  /** Names of cases; all without. */
  only?: readonly string[];
}

interface Figures {
  consoleMillis: { p50: number; p95: number };
  sqlMillis: { p50: number; p95: number };
  sqlSignedInMillis: { p50: number; p95: number };
  /** Of the whole answers over HTTP, to hand-written SQL that asks nobody who calls. */
  ratio: number;
  /** The same, to hand-written SQL behind the same session check and limits. */
  ratioSignedIn: number;
  /** Of the statements in the database alone. */
  ratioOfStatements: number;
  rows: number;
}

const WARM_UP = 20;

/** Measures first page, filtered page, a search and the counts. */
export async function benchDashboard(
  options: DashboardBenchOptions,
): Promise<Record<string, Figures>> {
  const { superuserUrl, rows = 100_000, rounds = 200, only } = options;
  if (rows > 0) await seedDashboard(superuserUrl, rows);
  const server = await startProcedureServer(superuserUrl, DASHBOARD_TENANT);
  try {
    const figures: Record<string, Figures> = {};
    for (const [name, wanted] of Object.entries(DASHBOARD_CASES)) {
      if (!only || only.includes(name)) figures[name] = await measure(server, wanted, rounds);
    }
    return figures;
  } finally {
    await server.close();
  }
}

async function measure(
  server: ProcedureServer,
  { path, input, statements, count }: DashboardCase,
  rounds: number,
): Promise<Figures> {
  const answers = await alternately(rounds, () => server.forgetCalls(), {
    console: () => server.ask(path, input),
    sql: () => server.byHand({ statements }),
    sqlSignedIn: () => server.byHand({ statements, isSignedIn: true }),
  });
  const found = count(server.read(await server.ask(path, input)));
  if (found === 0) throw new Error(`${path}: nothing was found`);
  const inDatabase = await alternately(rounds, () => Promise.resolve(), {
    console: await ownReads(input),
    sql: async () => {
      for (const sql of statements) await server.admin.query(sql);
    },
  });
  return {
    consoleMillis: both(answers.console),
    sqlMillis: both(answers.sql),
    sqlSignedInMillis: both(answers.sqlSignedIn),
    ratio: ratioOf(answers.console, answers.sql),
    ratioSignedIn: ratioOf(answers.console, answers.sqlSignedIn),
    ratioOfStatements: ratioOf(inDatabase.console, inDatabase.sql),
    rows: found,
  };
}

/** Times of each way, taken in turns, each round in another order, so that all see the same machine. */
async function alternately<Way extends string>(
  rounds: number,
  between: () => Promise<unknown>,
  ways: Record<Way, () => Promise<unknown>>,
): Promise<Record<Way, number[]>> {
  const names = Object.keys(ways) as Way[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < rounds; round++) {
    if (round % 50 === 0) await between();
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + WARM_UP) % names.length] as Way;
      const begun = performance.now();
      await ways[name]();
      if (round >= 0) times[name]?.push(performance.now() - begun);
    }
  }
  return times as Record<Way, number[]>;
}

/** The procedure's own reads without HTTP: the query function in its transaction. */
async function ownReads(input: object | undefined): Promise<() => Promise<unknown>> {
  const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const { listBindings } = await import("#server/features/rotation/queries.ts");
  const { rotationSummary } = await import("#server/features/rotation/rotation-summary.ts");
  const { ListBindingsInput } = await import("#server/features/rotation/views.ts");
  const tenant = mintAuthorizedTenant(DASHBOARD_TENANT);
  return () =>
    withTenant(
      tenant,
      "tenant",
      (tx): Promise<unknown> =>
        input
          ? listBindings(tx, tenant, ListBindingsInput.parse(input))
          : rotationSummary(tx, tenant),
      { readOnly: true },
    );
}

function at(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return hundredths(sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN);
}

function both(values: readonly number[]): { p50: number; p95: number } {
  return { p50: at(values, 0.5), p95: at(values, 0.95) };
}

function ratioOf(values: readonly number[], others: readonly number[]): number {
  return hundredths(at(values, 0.5) / at(others, 0.5));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

if (import.meta.main) {
  const { startBenchDatabase } = await import("./bench-database.ts");
  const database = await startBenchDatabase([DASHBOARD_TENANT], { DATABASE_POOL_SIZE: "4" });
  try {
    const rows = Number(process.env.BENCH_ROWS ?? 100_000);
    const rounds = Number(process.env.BENCH_ROUNDS ?? 200);
    const figures = await benchDashboard({ superuserUrl: database.superuserUrl, rows, rounds });
    process.stdout.write(`${JSON.stringify({ rows, rounds, ...figures }, null, 2)}\n`);
    const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
    const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
    await closePools();
    await closeIdentityPools();
  } finally {
    await database.stop();
  }
}
