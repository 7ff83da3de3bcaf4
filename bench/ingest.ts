import { type ChildProcess, fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { RealmClients } from "#test/fixtures/realm-clients.ts";
import { bareInserts } from "./bare-inserts.ts";
import { startBenchDatabase } from "./bench-database.ts";
import type { ClientFigures, ClientOrders } from "./ingest-clients.ts";

/*
 * `npm run -s bench:ingest -- [--seconds S] [--clients N]`: events accepted a second over HTTP, each on disk
 * when it is answered, beside the same rows inserted by hand in the same run. Prints one JSON document.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    clients: { type: "string", default: "16" },
  },
});
const seconds = Number(values.seconds);
const clients = Number(values.clients);
if (!(seconds >= 1) || !Number.isInteger(clients) || clients < 1) {
  throw new Error("--seconds takes 1 or more, --clients a whole number");
}
const TENANT = "acme-shop";
const consoleUrl = "http://localhost:3000";

const database = await startBenchDatabase(
  [TENANT],
  { DATABASE_POOL_SIZE: "16", CONSOLE_URL: consoleUrl },
  { isDurable: true },
);
const idp = await startDevIdp({ folder: database.directory, consoleUrl });
process.env.IDENTITY_CONFIG = idp.identityFile;
const admin = new pg.Pool({ connectionString: database.superuserUrl, max: clients });
const child: ChildProcess = fork(join(import.meta.dirname, "ingest-clients.ts"), {
  execArgv: ["--conditions=react-server"],
});
try {
  await admin.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
    [TENANT],
  );
  const { POST: callers } = await import("#app/api/v1/events/route.ts");
  const { POST: machines } = await import("#app/api/v1/events/[source]/route.ts");
  const { saveEventSource } = await import("#server/features/ingest/index.ts");
  const { runVerb } = await import("#server/platform/verb.ts");
  const { systemCaller } = await import("#server/platform/system-caller.ts");
  const machineToken = randomBytes(32).toString("base64url");
  const { sourceId } = await runVerb(saveEventSource, systemCaller(TENANT, "bench"), {
    name: "bench",
    kind: "cloudevents",
    tokenHash: createHash("sha256").update(machineToken).digest("hex"),
    reason: "what the bench sends",
  });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", consoleUrl);
    const asked = new Request(url, {
      method: "POST",
      headers: headersOf(request),
      body: new Uint8Array(await bodyOf(request)),
    });
    const answer = url.pathname.endsWith("/events")
      ? await callers(asked)
      : await machines(asked, { params: Promise.resolve({ source: sourceId }) });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const realm = new RealmClients({ admin: idp.admin, url: idp.url }, consoleUrl);
  const { secret } = await realm.register("bench", { roles: ["event-reporter"] });
  const account = {
    tokenUrl: `${realm.issuerOf(TENANT)}/protocol/openid-connect/token`,
    clientId: "bench",
    secret,
    tenant: TENANT,
    consoleUrl,
  };
  const figures: Record<string, object> = {};
  for (const batch of [1, 100]) {
    const common = { base, clients, batch, millis: seconds * 1_000 };
    const byHand = await bareInserts(admin, {
      tenant: TENANT,
      clients,
      batch,
      millis: seconds * 1_000,
    });
    await admin.query("DELETE FROM rate_limit");
    const machine = await costed({ ...common, path: `/api/v1/events/${sourceId}`, machineToken });
    await admin.query("DELETE FROM rate_limit");
    const caller = await costed({ ...common, path: "/api/v1/events", realm: account });
    figures[`batch of ${batch}`] = {
      "inserts by hand": told(byHand),
      "machine, token": { ...told(machine), ...machine.cost },
      "service caller, DPoP": { ...told(caller), ...caller.cost },
      "machine to by hand": ratio(machine, byHand),
      "caller to by hand": ratio(caller, byHand),
    };
  }
  const { rows } = await admin.query<{ fsync: string; commit: string; events: number }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
       (SELECT count(*)::int FROM received_event) AS events`,
  );
  const { rows: doubled } = await admin.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM received_event r LEFT JOIN audit_event e USING (tenant_id, event_id) WHERE e.event_id IS NULL",
  );
  const { fsync, commit, events } = rows[0] ?? {};
  process.stdout.write(
    `${JSON.stringify({ clients, seconds, fsync, synchronousCommit: commit, taken: events, takenAndNotInTheLog: doubled[0]?.n, ...figures }, null, 2)}\n`,
  );
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
} finally {
  child.kill();
  await admin.end();
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
  await idp.stop();
  await database.stop();
}

/** With what an event cost this process, which is the console and the database's client. */
async function costed(orders: ClientOrders) {
  const begun = process.cpuUsage();
  const figures = await ask(orders);
  const { user, system } = process.cpuUsage(begun);
  const each = (user + system) / 1_000 / figures.events;
  return { ...figures, cost: { consoleCpuMillisPerEvent: Number(each.toFixed(3)) } };
}

/** The clients have a process of their own: what they cost is not the console's. */
function ask(orders: ClientOrders): Promise<ClientFigures> {
  return new Promise((resolve, reject) => {
    child.once("message", (told: { figures?: ClientFigures; error?: string }) =>
      told.figures ? resolve(told.figures) : reject(new Error(told.error)),
    );
    child.send(orders);
  });
}

function told({ events, seconds: took, p50, p99 }: ClientFigures) {
  return {
    eventsPerSecond: Math.round(events / took),
    callMillis: { p50: Number(p50.toFixed(1)), p99: Number(p99.toFixed(1)) },
  };
}

function ratio(one: ClientFigures, other: ClientFigures): number {
  return Number((one.events / one.seconds / (other.events / other.seconds)).toFixed(2));
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
