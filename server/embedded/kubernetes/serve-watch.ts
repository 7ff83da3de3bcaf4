import type { ServerResponse } from "node:http";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { type AnswerForm, shaped } from "./answer-form.ts";
import { ApiStatus } from "./api-status.ts";
import type { ObjectStore, StoredObject, StoreEvent } from "./object-store.ts";
import { groupVersionOf, type ResourceType, typeKey } from "./resource-type.ts";
import { selects } from "./selectors.ts";

interface WatchQuery {
  type: ResourceType;
  namespace: string | null;
  query: URLSearchParams;
  form: AnswerForm;
  bookmarkMillis: number;
}

/**
 * Streams events as lines until the caller goes, its time is over, or the server ends it. What is too
 * old to begin from is told in an ERROR event, as the API server does. Gives what ends it.
 */
export function serveWatch(
  store: ObjectStore,
  response: ServerResponse,
  { type, namespace, query, form, bookmarkMillis }: WatchQuery,
): () => void {
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  const send = (kind: string, object: JsonObject) =>
    response.write(`${JSON.stringify({ type: kind, object })}\n`);
  const isWanted = (object: JsonObject & { metadata: JsonObject }) =>
    (namespace === null || object.metadata.namespace === namespace) && selects(query, object);
  const tell = (event: StoreEvent) => {
    if (typeKey(event.resource) !== typeKey(type)) return;
    const is = isWanted(event.object);
    const was = event.before !== null && isWanted(event.before);
    // An object that begins or ceases to meet the selector comes and goes for this caller.
    if (event.type === "DELETED" ? was : is || was) {
      const how = event.type === "DELETED" || !is ? "DELETED" : was ? "MODIFIED" : "ADDED";
      // What ceases to meet it is told as it was, with the version of now.
      const { resourceVersion } = event.object.metadata;
      const last = event.before && !is ? withVersion(event.before, resourceVersion) : event.object;
      send(how, shaped(last, form));
    }
  };
  const from = Number(query.get("resourceVersion") ?? 0);
  try {
    if (from === 0) {
      for (const object of store.list(type).filter(isWanted)) send("ADDED", shaped(object, form));
    } else for (const event of store.since(type, from)) tell(event);
  } catch (error) {
    if (!(error instanceof ApiStatus)) throw error;
    send("ERROR", error.toObject());
    response.end();
    return () => undefined;
  }
  const leave = store.onEvent(tell);
  const bookmarks =
    query.get("allowWatchBookmarks") === "true"
      ? setInterval(() => send("BOOKMARK", bookmark(store, type, form)), bookmarkMillis)
      : undefined;
  const seconds = Number(query.get("timeoutSeconds") ?? 0);
  const over = seconds > 0 ? setTimeout(() => response.end(), seconds * 1_000) : undefined;
  // A stream without events is opened all the same.
  response.flushHeaders();
  const end = () => {
    leave();
    clearInterval(bookmarks);
    clearTimeout(over);
    response.end();
  };
  response.on("close", end);
  return end;
}

function withVersion(object: StoredObject, resourceVersion: string): StoredObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

function bookmark(store: ObjectStore, type: ResourceType, form: AnswerForm): JsonObject {
  const object = {
    kind: type.kind,
    apiVersion: groupVersionOf(type),
    metadata: { resourceVersion: String(store.revision), creationTimestamp: null },
  };
  return shaped(object, form);
}
