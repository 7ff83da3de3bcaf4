import "server-only";
import { z } from "zod";
import type { OpenSearchConfig } from "#server/engines/delivery/sink-kinds.ts";
import { SEARCH_MEMBER, searchDocumentOf } from "#server/engines/query-language/search-document.ts";
import { documentOf } from "./document-of.ts";
import { type PartAnswer, sendInParts } from "./send-in-parts.ts";
import type { DeliverableEvent, DeliveryOutcome, Sink, SinkWorld } from "./sink.ts";
import { SinkError } from "./sink.ts";
import { type SinkAnswer, SinkHttp } from "./sink-http.ts";
import { isPassing, statusTrouble } from "./status-trouble.ts";
import { secretsOf } from "./tls-secrets.ts";

const LIMITS = { maxItems: 1_000, maxBytes: 5 * 1024 * 1024 };
const FIELDS = { login: "password", place: "index" };

/** An answer to `_bulk`, as far as we ask for it with `filter_path`. */
const BulkAnswer = z.object({
  items: z.array(
    z.object({
      create: z.object({
        status: z.number().int(),
        error: z.object({ type: z.string().max(200) }).optional(),
      }),
    }),
  ),
});

const DELETED = "filter_path=total,deleted,timed_out";
const DeleteAnswer = z.object({
  total: z.number().int(),
  deleted: z.number().int(),
  timed_out: z.boolean(),
});

/**
 * OpenSearch (and Elasticsearch) by `_bulk`: each event is created under its own id, so that one sent
 * twice is there once (409 is done). Only the items that were refused for a passing cause are sent again.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 * Erased ones are deleted by a query for their ids, which data streams take too.
 * https://docs.opensearch.org/latest/api-reference/document-apis/delete-by-query/
 */
export async function openSearchSink(
  config: z.infer<typeof OpenSearchConfig>,
  world: SinkWorld,
): Promise<Sink> {
  const password = config.password ? await world.secret(config.password, "password") : null;
  const http = new SinkHttp({
    url: config.url,
    ...(await secretsOf(config, world)),
    isAllowedAddress: (address) => world.isAllowedAddress(address),
  });
  const login: Record<string, string> = config.username
    ? { authorization: `Basic ${base64(`${config.username}:${password?.reveal() ?? ""}`)}` }
    : {};
  const index = encodeURIComponent(config.index);

  const send = async (lines: readonly string[], signal: AbortSignal): Promise<PartAnswer> => {
    const answer = await http.call({
      method: "POST",
      path: `/${index}/_bulk?filter_path=errors,items.*.status,items.*.error.type`,
      headers: { ...login, "content-type": "application/x-ndjson" },
      body: lines.join(""),
      signal,
    });
    if (answer.status === 413) return { kind: "too-large" };
    if (answer.status === 400) return { kind: "unfit", reason: "refused the request (400)" };
    if (answer.status !== 200) throw statusTrouble(answer, http.receiver, FIELDS);
    return { kind: "outcomes", outcomes: outcomesOf(answer, lines.length, http.receiver) };
  };

  return {
    deliver(events, signal) {
      const lines = events.map((event) => lineOf(event, config));
      return sendInParts(lines, LIMITS, (part) =>
        send(
          part.map((at) => lines[at] ?? ""),
          signal,
        ),
      );
    },
    async erase(eventIds, signal) {
      const post = (path: string, body?: string) =>
        http.call({
          method: "POST",
          path: `/${index}/${path}`,
          headers: { ...login, "content-type": "application/json" },
          ...(body === undefined ? {} : { body }),
          signal,
        });
      // What was indexed a moment ago is found only after a refresh.
      const refreshed = await post("_refresh?filter_path=_shards.failed");
      if (refreshed.status !== 200) throw statusTrouble(refreshed, http.receiver, FIELDS);
      const query = JSON.stringify({ query: { ids: { values: eventIds } } });
      const answer = await post(
        `_delete_by_query?conflicts=proceed&refresh=true&${DELETED}`,
        query,
      );
      if (answer.status !== 200) throw statusTrouble(answer, http.receiver, FIELDS);
      const said = DeleteAnswer.safeParse(answer.body);
      if (!said.success || said.data.timed_out || said.data.deleted !== said.data.total) {
        throw new SinkError({
          field: "index",
          message: `${http.receiver} did not delete all of them`,
          remedy: "It is tried again; give the login the right to search and to delete there.",
        });
      }
    },
    async check(signal) {
      const call = (path: string) => http.call({ method: "GET", path, headers: login, signal });
      const answer = await call(`/${index}`);
      if (answer.status === 404) throw noIndex(config.index, http.receiver);
      if (answer.status === 403) throw mayNotLook(config.index, http.receiver);
      if (answer.status !== 200) throw statusTrouble(answer, http.receiver, FIELDS);
    },
    close: () => http.close(),
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** A data stream asks for `@timestamp`; an index likes it. */
function lineOf(
  event: DeliverableEvent,
  { format, searchTerms }: z.infer<typeof OpenSearchConfig>,
): string {
  const { envelope, occurredAt: recordedAt, seq: leafIndex } = event;
  const document = {
    "@timestamp": recordedAt.toISOString(),
    ...documentOf(event, format),
    ...(searchTerms === "included"
      ? { [SEARCH_MEMBER]: searchDocumentOf(envelope, { recordedAt, leafIndex }) }
      : {}),
  };
  return `${JSON.stringify({ create: { _id: event.id } })}\n${JSON.stringify(document)}\n`;
}

function outcomesOf({ body }: SinkAnswer, count: number, receiver: string): DeliveryOutcome[] {
  const parsed = BulkAnswer.safeParse(body);
  if (!parsed.success || parsed.data.items.length !== count) {
    throw new SinkError({
      field: "url",
      message: `${receiver} does not answer like OpenSearch's _bulk`,
      remedy: "Name the address of OpenSearch itself.",
    });
  }
  return parsed.data.items.map(({ create: { status, error } }) => outcomeOf(status, error?.type));
}

function outcomeOf(status: number, type = ""): DeliveryOutcome {
  // 409: an event of this id is there, from an attempt whose answer was lost.
  if (status === 200 || status === 201 || status === 409) return { kind: "delivered" };
  const reason = `OpenSearch answered ${status}${type ? ` ${type}` : ""}`;
  // A document that does not fit never will. A blocked or missing index is no fault of the event.
  if (status === 400 || status === 413) return { kind: "rejected", reason };
  return { kind: "later", reason: isPassing(status) ? reason : `${reason}: look at the index` };
}

function mayNotLook(index: string, receiver: string): SinkError {
  return new SinkError({
    field: "username",
    message: `the login may not look at ${index} at ${receiver}`,
    remedy: "Give it indices:admin/get there besides writing, so that it can be tried.",
  });
}

function noIndex(index: string, receiver: string): SinkError {
  return new SinkError({
    field: "index",
    message: `${receiver} has no index or data stream ${index}`,
    remedy: "Make it there first, with the mapping that you want.",
  });
}
