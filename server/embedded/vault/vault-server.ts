import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { authenticate } from "./access.ts";
import type { AnsweredCall } from "./audit-device.ts";
import { authRoutes, loginRoutes } from "./auth-routes.ts";
import { engineRoutes } from "./engine-routes.ts";
import { identityRoutes } from "./identity-routes.ts";
import { leaseRoutes } from "./lease-routes.ts";
import { parseListPacket, rawReply } from "./list-packet.ts";
import { readRequest, type VaultAnswer, type VaultRequest } from "./request.ts";
import { sysRoutes, unauthenticatedSys } from "./sys-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

const HEADERS = { "content-type": "application/json", "cache-control": "no-store" };

export interface VaultServerOptions {
  store: VaultStore;
  /** Answers like a standby that knows no active node; to try clients out. */
  isStandby?: boolean;
  /** PEM. With it the vault speaks TLS and asks for a client certificate, for certificate logins. */
  tls?: { certificate: string; privateKey: string };
  /** Told of failures of our own; never of a path's content. */
  onFailure?: (error: unknown) => void;
  onAnswered?: (call: AnsweredCall) => void;
}

/** The development vault as an HTTP server that speaks OpenBao's API; the caller listens and closes. */
export function createVaultServer(options: VaultServerOptions): Server {
  const listener: RequestListener = async (incoming, response) => {
    const { status, body } = await handle(options, incoming);
    response.writeHead(status, HEADERS);
    response.end(body && incoming.method !== "HEAD" ? JSON.stringify(body) : undefined);
  };
  const server = listening(options, listener);
  // Node's parser knows no LIST, which the `bao` command line sends: read those calls by hand.
  server.on(
    "clientError",
    async (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
      const list = error.code === "HPE_INVALID_METHOD" ? parseListPacket(error.rawPacket) : null;
      const reply = list ? await handle(options, list) : { status: 400, body: { errors: [] } };
      if (socket.writable) socket.end(rawReply(reply.status, JSON.stringify(reply.body ?? {})));
    },
  );
  return server;
}

function listening({ tls }: VaultServerOptions, listener: RequestListener): Server {
  if (!tls) return createServer(listener);
  const { certificate: cert, privateKey: key } = tls;
  return createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, listener);
}

type Incoming = Parameters<typeof readRequest>[0];

async function handle(options: VaultServerOptions, incoming: Incoming) {
  let request: VaultRequest | undefined;
  let reply: { status: number; body?: Record<string, unknown> };
  try {
    request = await readRequest(incoming);
    reply = envelope(await route(options, request));
  } catch (error) {
    if (error instanceof VaultError) {
      reply = { status: error.status, body: { errors: error.errors } };
    } else {
      options.onFailure?.(error);
      reply = { status: 500, body: { errors: ["internal error"] } };
    }
  }
  const { socket } = incoming as { socket?: { remoteAddress?: string } };
  const address = socket?.remoteAddress ?? "";
  if (request) options.onAnswered?.({ request, status: reply.status, address });
  return reply;
}

async function route(options: VaultServerOptions, request: VaultRequest): Promise<VaultAnswer> {
  const { store } = options;
  const open = unauthenticatedSys(store, request, options.isStandby ?? false);
  if (open) return open;
  if (store.isSealed) throw new VaultError(503, "Vault is sealed");
  if (options.isStandby) {
    throw new VaultError(500, "local node not active but active cluster node not found");
  }
  if (request.namespace && !store.state.namespaces[request.namespace]) {
    throw new VaultError(404, "namespace not found");
  }
  if (request.path.startsWith("sys/leases/")) return leaseRoutes(store, request);
  if (request.path.startsWith("sys/")) return sysRoutes(store, request);
  if (request.path.startsWith("auth/token/")) return tokenRoutes(store, request);
  const login = await loginRoutes(store, request);
  if (login) return login;
  if (request.path.startsWith("auth/")) return authRoutes(store, request);
  authenticate(store.state, request);
  if (request.path.startsWith("identity/")) return identityRoutes(store, request);
  return engineRoutes(store, request);
}

function envelope(reply: VaultAnswer): { status: number; body?: Record<string, unknown> } {
  if (reply.status === 204) return { status: 204 };
  if (reply.raw && reply.data === undefined) return { status: reply.status, body: reply.raw };
  const body = {
    ...reply.raw,
    request_id: randomUUID(),
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    ...reply.lease,
    data: reply.data ?? null,
    wrap_info: null,
    warnings: null,
    auth: reply.auth ?? null,
  };
  return { status: reply.status, body };
}
