import { createServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export interface HttpReply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly body?: unknown;
}
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate of this authority. */
  readonly clientCa?: string;
}

/** A real HTTP server on loopback that answers what the handler says; "hang up" breaks the connection unanswered. */
export async function startHttp(
  handle: (call: HttpCall) => HttpReply | "hang up",
  { tls, port = 0 }: { tls?: ServerTls; port?: number } = {},
) {
  const make = tls
    ? createTlsServer.bind(null, {
        cert: tls.cert,
        key: tls.key,
        ...(tls.clientCa ? { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true } : {}),
      })
    : createServer;
  const server = make(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return void response.destroy();
    }
    // A sender that died in the middle has sent nothing.
    if (!request.complete) return void response.destroy();
    const url = new URL(request.url ?? "/", "http://server");
    const reply = handle({
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    });
    if (reply === "hang up") return void response.destroy();
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: tls ? `https://localhost:${bound}` : `http://127.0.0.1:${bound}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
