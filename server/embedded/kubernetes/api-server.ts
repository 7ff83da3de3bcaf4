import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "yaml";
import type { Json, JsonObject } from "#server/engines/differ/json.ts";
import { type ApiUser, authorize } from "./access-rules.ts";
import { answerForm, shaped } from "./answer-form.ts";
import { ApiStatus, badRequest, noSuchPath, notFound, unauthorized } from "./api-status.ts";
import { ObjectStore } from "./object-store.ts";
import { type ResourcePath, resourcePath } from "./resource-path.ts";
import type { ResourceType } from "./resource-type.ts";
import { serveDiscovery } from "./serve-discovery.ts";
import { serveList } from "./serve-list.ts";
import {
  type Change,
  createObject,
  deleteObject,
  patchObject,
  replaceObject,
} from "./serve-object.ts";
import { serveWatch } from "./serve-watch.ts";
import { takeDefinition } from "./take-definition.ts";

export interface DevelopmentApiServer {
  readonly url: string;
  readonly store: ObjectStore;
  /** Who is known, by token. Changes count from the next request on. */
  readonly users: Map<string, ApiUser>;
  /** A kubeconfig, as text, of whoever has this token. */
  kubeconfig(token: string): string;
  /** Ends all watches and other connections, as a load balancer or a restart does. */
  dropConnections(): void;
  /** Called before each request; an ApiStatus that it throws is the answer. */
  onRequest: ((method: string, url: URL) => void) | null;
  close(): Promise<void>;
}

const MOST_BYTES = 3 * 1024 * 1024;

/**
 * The part of the Kubernetes API that the console uses, over HTTP on this machine alone: discovery,
 * list and watch, server-side apply. Contents live in memory. It never runs in production.
 */
export async function startApiServer({
  port = 0,
  store = new ObjectStore(),
  users = {},
  bookmarkMillis = 1_000,
}: {
  port?: number;
  store?: ObjectStore;
  users?: Record<string, ApiUser>;
  bookmarkMillis?: number;
} = {}): Promise<DevelopmentApiServer> {
  if (process.env.CONSOLE_MODE === "production") {
    throw new Error("The development API server never runs in production: name a real cluster.");
  }
  const known = new Map(Object.entries(users));
  const ends = new Set<() => void>();
  const forget = takeDefinition(store);
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const status =
        error instanceof ApiStatus
          ? error
          : new ApiStatus(500, "InternalError", "Internal error occurred");
      answer(response, status.code, status.toObject());
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://cluster");
    const method = request.method ?? "GET";
    const body = await bodyOf(request);
    // As a probe asks for it: without a login.
    if (["/readyz", "/livez", "/healthz"].includes(url.pathname)) {
      response.end("ok");
      return;
    }
    api.onRequest?.(method, url);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const user = known.get(token);
    if (!user) throw unauthorized();
    const told = method === "GET" ? serveDiscovery(url.pathname, store.types) : null;
    if (told) return answer(response, 200, told);
    const path = resourcePath(url.pathname, store.types);
    if (!path) return notServed(response, url.pathname, store.types);
    const isWatch = method === "GET" && path.name === null && isTrue(url.searchParams.get("watch"));
    authorizeCall(user, method, isWatch, path);
    const form = answerForm(request.headers.accept);
    const { type, namespace } = path;
    if (isWatch) {
      const query = { type, namespace, query: url.searchParams, form, bookmarkMillis };
      const end = serveWatch(store, response, query);
      ends.add(end);
      response.on("close", () => ends.delete(end));
      return;
    }
    if (method === "GET" && path.name === null) {
      return answer(
        response,
        200,
        serveList(store, { type, namespace, query: url.searchParams, form }),
      );
    }
    const [code, object] =
      method === "GET" ? [200, read(store, path)] : changed(request, url, path, body);
    answer(response, code, object.kind === "Status" ? object : shaped(object, form));
  }

  function changed(request: IncomingMessage, url: URL, path: ResourcePath, text: string) {
    const change: Change = {
      ...path,
      body: parsed(text),
      contentType: request.headers["content-type"] ?? "application/json",
      query: url.searchParams,
      agent: (request.headers["user-agent"] ?? "unknown").split("/")[0] ?? "unknown",
    };
    if (request.method === "POST" && path.name === null) return createObject(store, change);
    if (path.name !== null && request.method === "PUT") return replaceObject(store, change);
    if (path.name !== null && request.method === "PATCH") return patchObject(store, change);
    if (path.name !== null && request.method === "DELETE") return deleteObject(store, change);
    const message = "the server does not allow this method on the requested resource";
    throw new ApiStatus(405, "MethodNotAllowed", message, {});
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: DevelopmentApiServer = {
    url,
    store,
    users: known,
    kubeconfig: (token) => JSON.stringify(configOf(url, token)),
    onRequest: null,
    dropConnections() {
      for (const end of ends) end();
      server.closeAllConnections();
    },
    async close() {
      forget();
      for (const end of ends) end();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

function authorizeCall(user: ApiUser, method: string, isWatch: boolean, path: ResourcePath): void {
  const { type, namespace, name, subresource } = path;
  const reading = isWatch ? "watch" : name === null ? "list" : "get";
  authorize(user, {
    verb: method === "GET" ? reading : (VERBS[method] ?? method.toLowerCase()),
    group: type.group,
    resource: subresource ? `${type.resource}/${subresource}` : type.resource,
    namespace,
    ...(name === null ? {} : { name }),
  });
}

function read(store: ObjectStore, { type, namespace, name }: ResourcePath): JsonObject {
  const found = store.get(type, `${namespace ?? ""}/${name}`);
  if (!found) throw notFound({ ...type, name: name ?? "" });
  return found;
}

/** JSON, or YAML as an apply may be; an empty body is nothing. */
function parsed(text: string): Json {
  if (text.trim() === "") return null;
  try {
    return parse(text, { uniqueKeys: true, maxAliasCount: 0 }) as Json;
  } catch {
    throw badRequest("the body of the request can't be read");
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) {
      throw new ApiStatus(413, "RequestEntityTooLarge", `limit is ${MOST_BYTES}`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function answer(response: ServerResponse, code: number, object: JsonObject): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(object));
}

/** Of a group that is served the API server answers; of any other the program below it, in plain words. */
function notServed(response: ServerResponse, path: string, types: readonly ResourceType[]): void {
  const [, base, group, version] = path.split("/");
  const isKnown = types.some(
    (type) =>
      type.group === (base === "api" ? "" : group) &&
      type.version === (base === "api" ? group : version),
  );
  if (isKnown) throw noSuchPath();
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
  response.end("404 page not found\n");
}

function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}

/** The client speaks plain HTTP only where it is told not to ask for TLS. */
function configOf(server: string, token: string) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "development",
    clusters: [{ name: "development", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "development", user: { token } }],
    contexts: [{ name: "development", context: { cluster: "development", user: "development" } }],
  };
}
