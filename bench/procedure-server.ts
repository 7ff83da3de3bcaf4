import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import pg from "pg";
import { wire } from "#server/engines/wire/wire.ts";

/** Statements as somebody would write them by hand, run one after the other. */
export interface ByHand {
  statements: readonly string[];
  params?: readonly unknown[];
  /** With the console's own check of the session and count of calls before them. */
  isSignedIn?: boolean;
}

export interface ProcedureServer {
  /** Calls a query signed in, over HTTP; gives the whole answer as it came, for `read`. */
  ask(path: string, input: unknown): Promise<string>;
  /** The data of an answer. Throws with the error's text. */
  read<Data>(answer: string): Data;
  /** Runs statements by hand behind the same HTTP server, as a superuser without policies. */
  byHand(wanted: ByHand): Promise<string>;
  /** Forgets counted calls: the limit a minute is not what is measured. */
  forgetCalls(): Promise<void>;
  /** The statements' own connection. */
  admin: pg.Pool;
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
  const wanted = new Map<string, ByHand>();

  async function runByHand({ statements, params = [], isSignedIn }: ByHand, asked: Headers) {
    if (isSignedIn) {
      const { session, counted } = await requestContext(asked);
      if (!session?.tenants.includes(asked.get("x-tenant") ?? "")) throw new Error("not signed in");
      if (!counted?.principal.take() || !counted.tenant?.take()) throw new Error("not counted");
    }
    const answers: unknown[] = [];
    for (const sql of statements) answers.push((await admin.query(sql, [...params])).rows);
    return Response.json(answers);
  }

  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? "/", "http://localhost:3000");
      const statements = wanted.get(url.pathname);
      const answer = statements
        ? await runByHand(statements, headersOf(request))
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
  const names = new Map<string, string>();
  return {
    admin,
    async ask(path, input) {
      const query =
        input === undefined
          ? ""
          : `?input=${encodeURIComponent(JSON.stringify(wire.serialize(input)))}`;
      return (await fetch(`${base}/api/trpc/${path}${query}`, { headers })).text();
    },
    read<Data>(answer: string) {
      const body = JSON.parse(answer) as { result?: { data: { json: unknown } } };
      if (!body.result) throw new Error(answer.slice(0, 400));
      return wire.deserialize(body.result.data) as Data;
    },
    async byHand(asked) {
      const key = JSON.stringify(asked);
      const name = names.get(key) ?? `/sql/${names.size}`;
      names.set(key, name);
      wanted.set(name, asked);
      const answer = await fetch(`${base}${name}`, { headers });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.text();
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
