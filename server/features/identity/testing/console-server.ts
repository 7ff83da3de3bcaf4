import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface ConsoleServer {
  readonly url: string;
  /** Every path asked for, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export type Handle = (request: Request, path: string[]) => Promise<Response>;

/** Serves web-standard handlers over real HTTP, as the framework would. */
export async function startConsoleServer(handle: Handle): Promise<ConsoleServer> {
  const asked: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const request = await requestOf(incoming);
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const response = await handle(request, pathname.split("/").filter(Boolean));
    outgoing.statusCode = response.status;
    for (const [name, value] of response.headers) {
      if (name !== "set-cookie") outgoing.setHeader(name, value);
    }
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const method = incoming.method ?? "GET";
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }),
  });
}
