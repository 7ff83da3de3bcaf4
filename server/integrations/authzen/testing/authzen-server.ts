import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

export interface Asked {
  path: string;
  body: string;
  authorization: string | undefined;
  contentType: string | undefined;
  requestId: string | undefined;
  /** The common name of the caller's certificate, where it showed one that the server trusts. */
  client: string | undefined;
}

interface OneEvaluation {
  subject: { type: string; id: string; properties: Record<string, unknown> };
  action: { name: string };
  resource: { type: string; id: string; properties: Record<string, unknown> };
  context: Record<string, unknown>;
}

/** A policy decision point of the Authorization API 1.0, for tests: speaks the protocol, decides by a function. */
export async function authzenServer(tls?: ServerOptions) {
  const asked: Asked[] = [];
  const state = {
    decide: (_: OneEvaluation): { decision: unknown; context?: unknown } => ({ decision: true }),
    /** Answers in place of the protocol: what a broken engine does. */
    misbehave: undefined as undefined | ((response: ServerResponse, asked: Asked) => void),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const peer = tls ? (request.socket as TLSSocket) : null;
    const one: Asked = {
      path: request.url ?? "",
      body: Buffer.concat(chunks).toString("utf8"),
      authorization: request.headers.authorization,
      contentType: request.headers["content-type"],
      requestId: request.headers["x-request-id"] as string | undefined,
      client: peer?.authorized ? String(peer.getPeerCertificate().subject.CN) : undefined,
    };
    asked.push(one);
    if (state.misbehave) {
      state.misbehave(response, one);
      return;
    }
    const body = JSON.parse(one.body) as OneEvaluation & { evaluations?: OneEvaluation[] };
    const result =
      one.path === "/access/v1/evaluations"
        ? { evaluations: (body.evaluations ?? []).map((each) => state.decide(each)) }
        : state.decide(body);
    response.writeHead(200, {
      "content-type": "application/json",
      ...(one.requestId ? { "x-request-id": one.requestId } : {}),
    });
    response.end(JSON.stringify(result));
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    asked,
    state,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
