import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { type HttpCall, type HttpReply, type ServerTls, startHttp } from "./http-server.ts";

interface ItemFault {
  readonly status: number;
  readonly type: string;
}

export interface OpenSearchOptions {
  readonly tls?: ServerTls;
  readonly port?: number;
  readonly login?: { username: string; password: string };
  readonly index?: string;
  readonly maxBodyBytes?: number;
  /** Kept here, a line a document, written before it is answered; read again at the start. */
  readonly file?: string;
  /** What is wrong with a document, if anything: asked before it is created. */
  readonly faultOf?: (document: Record<string, unknown>) => ItemFault | null;
  /** Whether the login may delete; default: it may. */
  readonly mayDelete?: boolean;
  /** Asked before anything: the whole request's answer, or null to go on. */
  readonly before?: (call: HttpCall) => HttpReply | "hang up" | null;
  /** After the documents were created: "hang up" loses the answer. */
  readonly after?: () => "hang up" | null;
}

/**
 * What our driver needs of OpenSearch, as its reference says it: `_bulk` with `create` actions, one
 * item's answer each (201, 409 for an id that is there, 4xx and 5xx), basic authentication, 413 above
 * `http.max_content_length`, 406 for another media type, the index by name; `_refresh`, and `_delete_by_query` by ids.
 */
export async function startOpenSearch(options: OpenSearchOptions = {}) {
  const { index = "audit", file } = options;
  const documents = new Map<string, Record<string, unknown>>();
  const counts = { requests: 0, repeated: 0 };
  if (file && existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const { id, document } = JSON.parse(line) as { id: string; document: object };
      documents.set(id, document as Record<string, unknown>);
    }
  }
  const create = (
    id: string,
    document: Record<string, unknown>,
  ): { status: number; error?: object } => {
    const fault = options.faultOf?.(document);
    if (fault)
      return { status: fault.status, error: { type: fault.type, reason: "told by the test" } };
    if (documents.has(id)) {
      counts.repeated += 1;
      return {
        status: 409,
        error: { type: "version_conflict_engine_exception", reason: "exists" },
      };
    }
    if (file) appendFileSync(file, `${JSON.stringify({ id, document })}\n`);
    documents.set(id, document);
    return { status: 201 };
  };

  const handle = (call: HttpCall): HttpReply | "hang up" => {
    counts.requests += 1;
    const early = options.before?.(call);
    if (early) return early;
    if (!isLoggedIn(call, options)) return { status: 401, body: { status: 401 } };
    if (Buffer.byteLength(call.body) > (options.maxBodyBytes ?? 100_000_000))
      return { status: 413 };
    if (call.path === `/${index}` && call.method === "GET")
      return { status: 200, body: { [index]: {} } };
    if (call.path === `/${index}/_refresh` && call.method === "POST")
      return { status: 200, body: { _shards: { failed: 0 } } };
    if (call.path === `/${index}/_delete_by_query` && call.method === "POST") {
      if (options.mayDelete === false) return { status: 403, body: { status: 403 } };
      const asked = JSON.parse(call.body) as { query: { ids: { values: string[] } } };
      const there = asked.query.ids.values.filter((id) => documents.delete(id));
      return {
        status: 200,
        body: { total: there.length, deleted: there.length, timed_out: false },
      };
    }
    if (call.path !== `/${index}/_bulk`) return { status: 404, body: { status: 404 } };
    if (!/^application\/(x-nd)?json/.test(call.headers["content-type"] ?? ""))
      return { status: 406 };
    if (!call.body.endsWith("\n")) return { status: 400, body: { status: 400 } };
    const lines = call.body.slice(0, -1).split("\n");
    const items: object[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      const action = JSON.parse(lines[at] ?? "") as { create: { _id: string } };
      const document = JSON.parse(lines[at + 1] ?? "") as Record<string, unknown>;
      items.push({ create: create(action.create._id, document) });
    }
    if (options.after?.() === "hang up") return "hang up";
    const errors = items.some((item) => "error" in (item as { create: object }).create);
    return { status: 200, body: { errors, items } };
  };

  const server = await startHttp(handle, options);
  return { ...server, documents, counts };
}

function isLoggedIn({ headers }: HttpCall, { login }: OpenSearchOptions): boolean {
  if (!login) return true;
  const expected = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return headers.authorization === `Basic ${expected}`;
}
