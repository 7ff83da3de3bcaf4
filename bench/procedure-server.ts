import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import pg from "pg";
import superjson from "superjson";

export interface ProcedureServer {
  /** Calls a query signed in, over HTTP; gives its data. Throws with the error's text. */
  call<Data>(path: string, input: unknown): Promise<Data>;
  /** Runs statements by hand behind the same HTTP server, as a superuser without policies. */
  byHand(sql: string, params?: readonly unknown[]): Promise<number>;
  /** Forgets counted calls: the limit a minute is not what is measured. */
  forgetCalls(): Promise<void>;
  close(): Promise<void>;
}

/** The console's procedures behind a real HTTP server, with one officer of `tenant` signed in. */
export async function startProcedureServer(
  superuserUrl: string,
  tenant: string,
): Promise<ProcedureServer> {
  const { signIn } = await import("#test/isolation/persona.ts");
  const { appRouter } = await import("#server/trpc/root.ts");
  const { requestContext } = await import("#server/trpc/context.ts");
  const admin = new pg.Pool({ connectionString: superuserUrl, max: 4 });
  const client = await admin.connect();
  const headers = Object.fromEntries((await signIn(client as never, tenant, "officer")).headers());
  const statements = new Map<string, { sql: string; params: readonly unknown[] }>();
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? "/", "http://localhost:3000");
      const statement = statements.get(url.pathname.slice(5));
      const answer = statement
        ? Response.json((await admin.query(statement.sql, [...statement.params])).rows)
        : await fetchRequestHandler({
            endpoint: "/api/trpc",
            req: new Request(url, { headers: headersOf(request) }),
            router: appRouter,
            createContext: () => requestContext(headersOf(request)),
          });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async call<Data>(path: string, input: unknown) {
      const asked = encodeURIComponent(JSON.stringify(superjson.serialize(input)));
      const answer = await fetch(`${base}/api/trpc/${path}?input=${asked}`, { headers });
      const body = (await answer.json()) as { result?: { data: never } };
      if (!body.result) throw new Error(`${path}: ${JSON.stringify(body).slice(0, 400)}`);
      return superjson.deserialize(body.result.data) as Data;
    },
    async byHand(sql, params = []) {
      const name = Buffer.from(sql).toString("base64url").slice(0, 900);
      statements.set(name, { sql, params });
      const answer = await fetch(`${base}/sql/${name}`);
      if (!answer.ok) throw new Error(await answer.text());
      return ((await answer.json()) as unknown[]).length;
    },
    async forgetCalls() {
      await admin.query("DELETE FROM rate_limit");
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      client.release();
      await admin.end();
    },
  };
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}
