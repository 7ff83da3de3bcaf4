import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { type AnswerForm, shaped } from "./answer-form.ts";
import { ApiStatus, badRequest } from "./api-status.ts";
import { keyOf, type ObjectStore, type StoredObject } from "./object-store.ts";
import { groupVersionOf, type ResourceType } from "./resource-type.ts";
import { selects } from "./selectors.ts";

interface ListQuery {
  type: ResourceType;
  namespace: string | null;
  query: URLSearchParams;
  form: AnswerForm;
}

interface Token {
  /** The revision that all chunks of one list are of. */
  rv: number;
  /** The key after which the next chunk begins. */
  start: string;
}

/** One chunk of a list, all chunks of the same revision; 410 when that is compacted away. */
export function serveList(
  store: ObjectStore,
  { type, namespace, query, form }: ListQuery,
): JsonObject {
  const limit = Number(query.get("limit") ?? 0);
  const token = tokenOf(query.get("continue"));
  const revision = token?.rv ?? store.revision;
  if (token && token.rv >= 0 && token.rv < store.compactedAt) throw tooOld(token);
  const isConsistent = revision >= 0;
  const all = store
    .list(type, isConsistent ? revision : store.revision)
    .filter(({ metadata }) => namespace === null || metadata.namespace === namespace)
    .filter((object) => selects(query, object));
  const from = token ? all.filter((object) => keyOf(object.metadata) > token.start) : all;
  const page = limit > 0 ? from.slice(0, limit) : from;
  const left = from.length - page.length;
  const last = page.at(-1);
  const of = isConsistent ? revision : store.revision;
  const isSelecting = query.has("labelSelector") || query.has("fieldSelector");
  return {
    kind: form === "metadata" ? "PartialObjectMetadataList" : `${type.kind}List`,
    apiVersion: form === "metadata" ? "meta.k8s.io/v1" : groupVersionOf(type),
    metadata: {
      resourceVersion: String(of),
      ...(left > 0 && last ? { continue: textOf({ rv: of, start: keyOf(last.metadata) }) } : {}),
      ...(left > 0 && !isSelecting ? { remainingItemCount: left } : {}),
    },
    items: page.map((object) => item(object, type, form)),
  };
}

/** Items of built-in kinds lack their kind, as the API server leaves it out in lists. */
function item(object: StoredObject, type: ResourceType, form: AnswerForm): Json {
  if (form === "metadata") return shaped(object, form);
  if (type.isCustom) return object;
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

function textOf(token: Token): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", ...token })).toString("base64url");
}

function tokenOf(text: string | null): Token | null {
  if (!text) return null;
  try {
    const parsed = JSON.parse(Buffer.from(text, "base64url").toString()) as Json;
    if (isObject(parsed) && typeof parsed.rv === "number" && typeof parsed.start === "string") {
      return { rv: parsed.rv, start: parsed.start };
    }
  } catch {
    // Answered below.
  }
  throw badRequest("continue key is not valid: illegal base64 data");
}

/** With it comes another token, by which the rest can be had as it is now. */
function tooOld({ start }: Token): ApiStatus {
  return new ApiStatus(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    undefined,
    { continue: textOf({ rv: -1, start }) },
  );
}
