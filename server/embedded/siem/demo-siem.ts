import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

const TENANT = /^\/([a-z]([a-z0-9-]{0,61}[a-z0-9])?)$/;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The demo's receiver of the audit log: takes batches of CloudEvents (HTTP binding, batched mode) at
 * `/<tenant>` and keeps each event once, by its id, a line each in `<dir>/<tenant>.ndjson`. GET tells
 * how many it has. Listens on this machine only.
 */
export function demoSiem(dir: string): Server {
  const known = new Map<string, Set<string>>();
  const idsOf = (tenant: string) => {
    const ids = known.get(tenant) ?? readIds(fileOf(dir, tenant));
    known.set(tenant, ids);
    return ids;
  };
  return createServer(async (request, response) => {
    const tenant = TENANT.exec(request.url ?? "")?.[1];
    if (!tenant) return void response.writeHead(404).end();
    const ids = idsOf(tenant);
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(`${JSON.stringify({ events: ids.size })}\n`);
    }
    if (request.method !== "POST") return void response.writeHead(405).end();
    const events = eventsIn(await bodyOf(request));
    if (!events) return void response.writeHead(400).end();
    const fresh = events.filter(({ id }) => !ids.has(id));
    if (fresh.length > 0) {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const lines = fresh.map((event) => `${JSON.stringify(event)}\n`);
      appendFileSync(fileOf(dir, tenant), lines.join(""), { mode: 0o600 });
    }
    for (const { id } of fresh) ids.add(id);
    response.writeHead(202).end();
  });
}

const fileOf = (dir: string, tenant: string) => join(dir, `${tenant}.ndjson`);

function readIds(file: string): Set<string> {
  if (!existsSync(file)) return new Set();
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= MOST_BYTES) chunks.push(chunk);
  }
  return length <= MOST_BYTES ? Buffer.concat(chunks).toString("utf8") : "";
}

function eventsIn(body: string): { id: string }[] | null {
  try {
    const parsed: unknown = JSON.parse(body);
    const isEvent = (each: unknown) => typeof (each as { id?: unknown } | null)?.id === "string";
    return Array.isArray(parsed) && parsed.every(isEvent) ? parsed : null;
  } catch {
    return null;
  }
}
