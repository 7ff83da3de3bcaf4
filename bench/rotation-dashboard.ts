import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import pg from "pg";
import superjson from "superjson";
import { DASHBOARD_TENANT, seedDashboard } from "./dashboard-seed.ts";

/*
 * The dashboard at 100,000 credentials: signed in, over HTTP, through the procedures, against a page
 * of hand-written SQL in the same server: the same rows from the same tables by a superuser, without
 * policies, session, counting of calls or validation. Rounds alternate. Prints JSON.
 */

export interface DashboardBenchOptions {
  /** Of a migrated database that this process's environment points at (`startBenchDatabase`). */
  superuserUrl: string;
  rows?: number;
  rounds?: number;
}

interface Figures {
  consoleMillis: { p50: number; p95: number };
  sqlMillis: { p50: number; p95: number };
  /** Of the whole answers over HTTP. */
  ratio: number;
  /** Of the statements in the database alone. */
  ratioOfStatements: number;
  rows: number;
}

const WARM_UP = 20;

const COLUMNS = `b.binding_id, b.name, b.class, b.environment, b.store, b.path, b.owner, b.region, b.rotator, b.rule,
  b.current_version, b.grace_seconds, b.last_rotated_at, b.next_rotation_at, b.limit_key, b.standing,
  r.rotation_id, r.state AS rotation_state, r.grace_until, r.error_text`;
const OPEN =
  "LEFT JOIN rotation r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.finished_at IS NULL";
const HERE = `b.tenant_id = '${DASHBOARD_TENANT}'`;

/** What each answer is compared with, as somebody would write it by hand over these tables. */
const CASES = {
  firstPage: {
    path: "rotation.list",
    input: {},
    sql: `SELECT ${COLUMNS} FROM secret_binding b ${OPEN} WHERE ${HERE} ORDER BY b.urgency, b.limit_key, b.binding_id LIMIT 101`,
    count: (data: { bindings: unknown[] }) => data.bindings.length,
  },
  filteredPage: {
    path: "rotation.list",
    input: {
      classes: ["api-token"],
      environments: ["prod"],
      statuses: ["due-soon", "healthy"],
      regions: ["muscat"],
      sort: "name",
    },
    sql: `SELECT ${COLUMNS} FROM secret_binding b ${OPEN}
      WHERE ${HERE} AND b.class = 'api-token' AND b.environment = 'prod' AND b.region = 'muscat'
        AND b.standing IN ('healthy', 'unmanaged') AND b.limit_key > now()
        AND (b.standing = 'healthy' OR b.soon_key <= now())
      ORDER BY lower(b.name), b.binding_id LIMIT 101`,
    count: (data: { bindings: unknown[] }) => data.bindings.length,
  },
  searchedPage: {
    path: "rotation.list",
    input: { text: "service-777/" },
    sql: `SELECT ${COLUMNS} FROM secret_binding b ${OPEN}
      WHERE ${HERE} AND lower(b.name || ' ' || b.path || ' ' || b.owner) LIKE '%service-777/%'
      ORDER BY b.urgency, b.limit_key, b.binding_id LIMIT 101`,
    count: (data: { bindings: unknown[] }) => data.bindings.length,
  },
  counts: {
    path: "rotation.summary",
    input: undefined,
    sql: `SELECT b.class, b.standing, b.limit_key <= now() AS is_over, b.soon_key <= now() AS is_soon, count(*)::int
      FROM secret_binding b WHERE ${HERE} GROUP BY 1, 2, 3, 4`,
    more: [
      `SELECT date_trunc('day', b.next_key AT TIME ZONE 'UTC') AS day, count(*)::int FROM secret_binding b
       WHERE ${HERE} AND b.standing <> 'retired' AND b.next_key < now() + interval '90 days' GROUP BY 1 ORDER BY 1`,
      `SELECT DISTINCT b.region FROM secret_binding b WHERE ${HERE}`,
    ],
    count: (data: { total: number }) => data.total,
  },
};
type CaseName = keyof typeof CASES;

/** Measures first page, filtered page, a search and the counts. */
export async function benchDashboard(
  options: DashboardBenchOptions,
): Promise<Record<CaseName, Figures>> {
  const { superuserUrl, rows = 100_000, rounds = 200 } = options;
  await seedDashboard(superuserUrl, rows);
  const { signIn } = await import("#test/isolation/persona.ts");
  const { appRouter } = await import("#server/trpc/root.ts");
  const { requestContext } = await import("#server/trpc/context.ts");
  const admin = new pg.Pool({ connectionString: superuserUrl, max: 4 });
  const client = await admin.connect();
  const headers = Object.fromEntries(
    (await signIn(client as never, DASHBOARD_TENANT, "officer")).headers(),
  );

  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? "/", "http://localhost:3000");
      const answer = url.pathname.startsWith("/sql/")
        ? await bySql(url.pathname.slice(5) as CaseName)
        : await fetchRequestHandler({
            endpoint: "/api/trpc",
            req: new Request(url, { headers: headersOf(request) }),
            router: appRouter,
            createContext: () => requestContext(headersOf(request)),
          });
      await send(response, answer);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  async function bySql(name: CaseName): Promise<Response> {
    const wanted = CASES[name];
    const found = (await admin.query(wanted.sql)).rows;
    const more = [];
    for (const sql of "more" in wanted ? wanted.more : []) more.push((await admin.query(sql)).rows);
    return Response.json({ found, more });
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  try {
    const figures = {} as Record<CaseName, Figures>;
    for (const name of Object.keys(CASES) as CaseName[]) figures[name] = await measure(name);
    return figures;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    client.release();
    await admin.end();
  }

  async function measure(name: CaseName): Promise<Figures> {
    const { path, input, count } = CASES[name];
    const query = input
      ? `?input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`
      : "";
    const byConsole = async () => {
      const answer = await fetch(`${base}/api/trpc/${path}${query}`, { headers });
      const body = (await answer.json()) as { result?: { data: never } };
      if (!body.result) throw new Error(`${name}: ${JSON.stringify(body).slice(0, 400)}`);
      return count(superjson.deserialize(body.result.data) as never);
    };
    const byHand = async () => {
      const answer = await fetch(`${base}/sql/${name}`);
      if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
      return ((await answer.json()) as { found: unknown[] }).found.length;
    };
    const times = { console: [] as number[], sql: [] as number[] };
    let found = 0;
    for (let round = -WARM_UP; round < rounds; round++) {
      // The limit on calls a minute is not what is measured.
      if (round % 50 === 0) await admin.query("DELETE FROM rate_limit");
      for (const which of round % 2
        ? (["console", "sql"] as const)
        : (["sql", "console"] as const)) {
        const begun = performance.now();
        const size = await (which === "console" ? byConsole() : byHand());
        if (round >= 0) times[which].push(performance.now() - begun);
        if (which === "console") found = size;
        if (size === 0) throw new Error(`${name}: nothing was found`);
      }
    }
    const at = (values: number[], quantile: number) =>
      Math.round(
        ([...values].sort((a, b) => a - b)[Math.floor(values.length * quantile)] ?? Number.NaN) *
          100,
      ) / 100;
    const both = (values: number[]) => ({ p50: at(values, 0.5), p95: at(values, 0.95) });
    const statements = await statementMillis(name, rounds);
    return {
      consoleMillis: both(times.console),
      sqlMillis: both(times.sql),
      ratio: hundredths(at(times.console, 0.5) / at(times.sql, 0.5)),
      ratioOfStatements: hundredths(at(statements.console, 0.5) / at(statements.sql, 0.5)),
      rows: found,
    };
  }

  /** The same reads without HTTP: our query function in its transaction, and the hand-written statements. */
  async function statementMillis(name: CaseName, turns: number) {
    const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
    const { listBindings } = await import("#server/features/rotation/queries.ts");
    const { rotationSummary } = await import("#server/features/rotation/rotation-summary.ts");
    const { ListBindingsInput } = await import("#server/features/rotation/views.ts");
    const tenant = mintAuthorizedTenant(DASHBOARD_TENANT);
    const { input } = CASES[name];
    const ours = () =>
      withTenant(
        tenant,
        "tenant",
        (tx): Promise<unknown> =>
          input
            ? listBindings(tx, tenant, ListBindingsInput.parse(input))
            : rotationSummary(tx, tenant),
        { readOnly: true },
      );
    const times = { console: [] as number[], sql: [] as number[] };
    for (let turn = 0; turn < turns; turn++) {
      for (const which of turn % 2
        ? (["console", "sql"] as const)
        : (["sql", "console"] as const)) {
        const begun = performance.now();
        await (which === "console" ? ours() : bySql(name));
        times[which].push(performance.now() - begun);
      }
    }
    return times;
  }
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
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
