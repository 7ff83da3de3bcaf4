import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeTestAuthority } from "../test-authority.ts";
import {
  type Answer,
  add,
  bundleOf,
  newEcKey,
  newKey,
  operate,
  secretFrom,
  type Version,
  WireError,
} from "./wire-versions.ts";

const PAGE_SIZE = 2;

export interface WireServer {
  url: string;
  ca: string;
  token: string;
  /** Takes the answer to the next call of this method away, after it was carried out. */
  dropAnswer(method: string): void;
  calls(): string[];
  stop(): Promise<void>;
}

/** Key Vault's HTTP protocol over TLS: challenge authentication, versions, pages, disabled versions. */
export async function startWireServer(): Promise<WireServer> {
  const authority = await makeTestAuthority("Key Vault wire");
  const { certificate: cert, privateKey: key } = await authority.issue({
    commonName: "localhost",
    dns: "localhost",
  });
  const token = randomBytes(16).toString("hex");
  const store = { secrets: new Map<string, Version[]>(), keys: new Map<string, Version[]>() };
  const calls: string[] = [];
  let dropped = "";
  let origin = "";
  const server = createServer({ cert, key }, async (request, response) => {
    const body = await readJson(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", origin);
    calls.push(`${request.method} ${pathname}`);
    const { status, body: sent, headers } = answerTo();
    if (request.method === dropped && status < 300) {
      dropped = "";
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(sent === undefined ? undefined : JSON.stringify(sent));

    function answerTo(): Answer {
      try {
        if (request.headers.authorization !== `Bearer ${token}`) return challenge(origin);
        if (!searchParams.get("api-version")) throw new WireError(400, "BadParameter");
        return route(store, origin, request.method ?? "", pathname, searchParams, body);
      } catch (error) {
        if (error instanceof WireError) return error.answer;
        throw error;
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    ca: authority.certificate,
    token,
    calls: () => calls.splice(0),
    dropAnswer: (method) => {
      dropped = method;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function challenge(origin: string): Answer {
  const where = `authorization="https://login.example/tenant", resource="${origin}"`;
  return {
    status: 401,
    headers: { "www-authenticate": `Bearer ${where}` },
    body: { error: { code: "Unauthorized", message: "Request is missing a Bearer token." } },
  };
}

type Store = Record<"secrets" | "keys", Map<string, Version[]>>;

function route(
  store: Store,
  origin: string,
  method: string,
  pathname: string,
  query: URLSearchParams,
  body: Record<string, unknown>,
): Answer {
  const [, area = "", name = "", third = "", fourth = ""] = pathname.split("/");
  if (area !== "secrets" && area !== "keys") throw new WireError(404, "NotFound");
  const all = store[area];
  const kind = area === "secrets" ? "Secret" : "Key";
  const bundle = (each: Version, withMaterial: boolean) =>
    bundleOf(origin, area, name, each, withMaterial);
  const page = (items: unknown[]) => paged(origin, pathname, query, items);
  if (!name) {
    const newest = [...all].map(([each, list]) => {
      const described = bundleOf(origin, area, each, list.at(-1) as Version, false);
      const field = area === "keys" ? "kid" : "id";
      return { ...described, [field]: `${origin}/${area}/${each}` };
    });
    return page(newest);
  }
  const versions = all.get(name) ?? [];
  if (method === "GET" && third === "versions") return page(versions.map((v) => bundle(v, false)));
  if (method === "PUT" && area === "secrets") {
    return { status: 200, body: bundle(add(all, name, secretFrom(body)), true) };
  }
  if (method === "POST" && third === "create") {
    return { status: 200, body: bundle(add(all, name, newKey(body)), true) };
  }
  if (versions.length === 0) throw new WireError(404, `${kind}NotFound`);
  if (method === "DELETE") {
    all.delete(name);
    return {
      status: 200,
      body: { ...bundle(versions.at(-1) as Version, area === "keys"), recoveryId: "" },
    };
  }
  if (method === "POST" && third === "rotate") {
    return { status: 200, body: bundle(add(all, name, newEcKey()), true) };
  }
  const found = third ? versions.find(({ version }) => version === third) : versions.at(-1);
  if (!found) throw new WireError(404, `${kind}NotFound`);
  if (method === "PATCH") {
    const { enabled } = (body.attributes ?? {}) as { enabled?: boolean };
    if (enabled !== undefined) found.enabled = enabled;
    if (body.tags) found.tags = body.tags as Record<string, string>;
    return { status: 200, body: bundle(found, area === "keys") };
  }
  if (!found.enabled) throw new WireError(403, "Forbidden", `${kind}Disabled`);
  if (method === "GET") return { status: 200, body: bundle(found, true) };
  if (method === "POST") return { status: 200, body: operate(origin, name, found, fourth, body) };
  throw new WireError(405, "MethodNotAllowed");
}

function paged(origin: string, pathname: string, query: URLSearchParams, items: unknown[]): Answer {
  const from = Number(query.get("$skiptoken") ?? 0);
  const next = new URLSearchParams(query);
  next.set("$skiptoken", String(from + PAGE_SIZE));
  const nextLink = from + PAGE_SIZE < items.length ? `${origin}${pathname}?${next}` : null;
  return { status: 200, body: { value: items.slice(from, from + PAGE_SIZE), nextLink } };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}
