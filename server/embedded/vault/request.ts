import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { VaultError } from "./vault-error.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** One call as the routes see it. */
export interface VaultRequest {
  method: "GET" | "POST" | "DELETE" | "LIST" | "PATCH" | "HEAD";
  /** Namespace path with its slash, or "". */
  namespace: string;
  /** Path below `/v1/`, without the namespace. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  contentType: string;
  token: string | null;
  /** PEM of the certificate that the caller proved to hold, over TLS. */
  clientCertificate: string | null;
}

/** `status` 204 carries no body; `data` goes into OpenBao's usual envelope, `raw` is sent as it is. */
export interface VaultAnswer {
  status: number;
  data?: unknown;
  auth?: unknown;
  /** Takes the place of the envelope's empty lease. */
  lease?: { lease_id: string; renewable: boolean; lease_duration: number };
  raw?: Record<string, unknown>;
}

export const done = (): VaultAnswer => ({ status: 204 });
export const answer = (data: unknown): VaultAnswer => ({ status: 200, data });

/** Reads a call, folding PUT into POST and `?list=true` into LIST as OpenBao does. */
export async function readRequest(
  request: Pick<IncomingMessage, "url" | "method" | "headers"> &
    AsyncIterable<unknown> & { socket?: unknown },
): Promise<VaultRequest> {
  const url = new URL(request.url ?? "/", "http://vault.invalid");
  if (!url.pathname.startsWith("/v1/")) throw new VaultError(404);
  let path = decodeURIComponent(url.pathname.slice("/v1/".length));
  let method = (request.method ?? "GET") as VaultRequest["method"] | "PUT";
  if (method === "PUT") method = "POST";
  if (method === "GET" && url.searchParams.get("list") === "true") method = "LIST";
  if (method !== "LIST") path = path.replace(/\/+$/, "");
  const namespace = header(request, "x-vault-namespace") ?? "";
  return {
    method,
    namespace: namespace ? `${namespace.replace(/^\/+|\/+$/g, "")}/` : "",
    path,
    query: url.searchParams,
    body: await readBody(request),
    contentType: header(request, "content-type") ?? "",
    token: header(request, "x-vault-token") ?? bearer(header(request, "authorization")),
    clientCertificate: peerCertificate(request.socket),
  };
}

async function readBody(request: AsyncIterable<unknown>): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new VaultError(413, "http: request body too large");
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) {
      return body as Record<string, unknown>;
    }
  } catch {
    // The parser's message quotes the body, which may hold a secret: say less than OpenBao does.
  }
  throw new VaultError(400, "failed to decode JSON input");
}

function header(request: Pick<IncomingMessage, "headers">, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function bearer(authorization: string | undefined): string | null {
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : null;
}

function peerCertificate(socket: unknown): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  return socket.getPeerX509Certificate()?.toString() ?? null;
}
