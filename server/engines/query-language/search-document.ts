import type { JsonValue } from "../canonical-json/canonical-json.ts";
import type { OpenSearchTarget } from "./compile-opensearch.ts";
import { eventActorNames, eventSource } from "./event-source.ts";
import type { QueryEvent } from "./query-event.ts";
import { indexTerms, termText } from "./search-term.ts";

/** What a document holds beside the event, so that the language's queries find it in OpenSearch. */
export interface SearchDocument {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly outcome: string;
  readonly kind: string;
  readonly actor: string;
  readonly trace: string;
  readonly source: string;
  /** ISO 8601. */
  readonly time: string;
  /** A whole number in digits. */
  readonly index?: string;
  readonly terms: readonly string[];
}

/** The member of the document that holds it. */
export const SEARCH_MEMBER = "search";

/** Where `compileOpenSearch` finds each of them. */
export const SEARCH_TARGET: OpenSearchTarget = {
  fields: {
    eventId: `${SEARCH_MEMBER}.id`,
    type: `${SEARCH_MEMBER}.type`,
    subject: `${SEARCH_MEMBER}.subject`,
    outcome: `${SEARCH_MEMBER}.outcome`,
    actorKind: `${SEARCH_MEMBER}.kind`,
    actorRef: `${SEARCH_MEMBER}.actor`,
    traceId: `${SEARCH_MEMBER}.trace`,
    source: `${SEARCH_MEMBER}.source`,
    recordedAt: `${SEARCH_MEMBER}.time`,
    leafIndex: `${SEARCH_MEMBER}.index`,
    terms: `${SEARCH_MEMBER}.terms`,
  },
  encodeTerm: termText,
};

const keyword = { type: "keyword" } as const;

/** The mapping that an index needs for it: exact texts, a time and a number, and nothing guessed. */
export const SEARCH_MAPPING = {
  properties: {
    [SEARCH_MEMBER]: {
      dynamic: false,
      properties: {
        ...Object.fromEntries(
          ["id", "type", "subject", "outcome", "kind", "actor", "trace", "source"].map((name) => [
            name,
            keyword,
          ]),
        ),
        time: { type: "date" },
        index: { type: "long" },
        terms: { ...keyword, doc_values: false },
      },
    },
  },
} as const;

/**
 * The search document of an event. Prefixes are terms too: a term query finds them as the console's own index
 * does, and nothing is found by a part that the language refuses.
 */
export function searchDocument(event: QueryEvent): SearchDocument {
  return {
    id: event.eventId,
    type: event.type,
    subject: event.subject,
    outcome: event.outcome,
    kind: event.actorKind,
    actor: event.actorRef,
    trace: event.traceId,
    source: event.source,
    time: event.recordedAt.toISOString(),
    ...(event.leafIndex === null ? {} : { index: event.leafIndex.toString() }),
    terms: indexTerms(event).map(termText),
  };
}

/** The same of an envelope as a sink may have it: what is masked or missing is not found. */
export function searchDocumentOf(
  envelope: { readonly [name: string]: JsonValue },
  { recordedAt, leafIndex }: Pick<QueryEvent, "recordedAt" | "leafIndex">,
): SearchDocument {
  const text = (name: string) => {
    const value = envelope[name];
    return typeof value === "string" ? value : "";
  };
  const payload = envelope.data ?? null;
  return searchDocument({
    eventId: text("id"),
    type: text("type"),
    subject: text("subject"),
    outcome: text("outcome"),
    actorKind: text("principalkind"),
    actorRef: text("principal"),
    actorNames: eventActorNames(payload),
    traceId: text("traceparent").split("-")[1] ?? "",
    source: eventSource(text("type"), text("principalkind")),
    recordedAt,
    leafIndex,
    payload,
  });
}
