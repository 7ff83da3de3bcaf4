import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { Readable } from "node:stream";

type Handler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>;

interface Route {
  file: string;
  pattern: RegExp;
  names: { name: string; isRest: boolean }[];
  weight: string;
}

export interface ApiServer {
  readonly url: string;
  stop(): Promise<void>;
}

const APP = join(import.meta.dirname, "../../app");

/** Serves the route files of app/api/v1 over real HTTP, found by their paths as the framework finds them. */
export async function startApiServer(port = 0): Promise<ApiServer> {
  const routes = routesBelow("api/v1");
  const server = createServer(async (incoming, outgoing) => {
    const closed = new AbortController();
    outgoing.once("close", () => closed.abort());
    const request = requestOf(incoming, closed.signal);
    const response = await answer(routes, request);
    outgoing.writeHead(response.status, [...response.headers].flat());
    if (!response.body) return void outgoing.end();
    Readable.fromWeb(response.body as never)
      .on("error", () => outgoing.destroy())
      .pipe(outgoing);
  });
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(routes: readonly Route[], request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  for (const { pattern, names, file } of routes) {
    const match = pattern.exec(pathname);
    if (!match) continue;
    const params = Object.fromEntries(
      names.map(({ name, isRest }, index) => {
        const text = match[index + 1] ?? "";
        return [name, isRest ? text.split("/").map(decodeURIComponent) : decodeURIComponent(text)];
      }),
    );
    const handlers = (await import(file)) as Record<string, Handler>;
    const handler = handlers[request.method === "HEAD" ? "GET" : request.method];
    if (handler) return handler(request, { params: Promise.resolve(params) });
  }
  return new Response("no such route file", { status: 404 });
}

function routesBelow(folder: string): Route[] {
  return readdirSync(join(APP, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === "route.ts")
    .map((entry) => routeOf(join(entry.parentPath, entry.name)))
    .sort((one, other) => (one.weight < other.weight ? -1 : 1));
}

/** Plain parts come before `[one]`, and that before `[...rest]`. */
function routeOf(file: string): Route {
  const parts = relative(APP, join(file, "..")).split("/");
  const names: Route["names"] = [];
  let weight = "";
  const source = parts.map((part) => {
    const [, rest, name] = /^\[{1,2}(\.\.\.)?([A-Za-z]+)\]{1,2}$/.exec(part) ?? [];
    weight += name === undefined ? "a" : rest ? "c" : "b";
    if (name === undefined) return part.replaceAll(".", "\\.");
    names.push({ name, isRest: rest !== undefined });
    return rest ? "(.+)" : "([^/]+)";
  });
  return { file, names, weight, pattern: new RegExp(`^/${source.join("/")}$`) };
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as never, duplex: "half" } : {}),
  } as RequestInit);
}
