import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { analyzeQuery } from "./analyze-query.ts";
import { compileOpenSearch, type OpenSearchQuery } from "./compile-opensearch.ts";
import { evaluateQuery } from "./evaluate-query.ts";
import type { QueryEvent } from "./query-event.ts";
import {
  SEARCH_MAPPING,
  SEARCH_TARGET,
  searchDocument,
  searchDocumentOf,
} from "./search-document.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "./testing/arbitrary-search.ts";

const compiled = (text: string) => {
  const { condition } = analyzeQuery(text, { now: NOW });
  return condition && compileOpenSearch(condition, SEARCH_TARGET);
};

test.each<[string, OpenSearchQuery]>([
  ["", { match_all: {} }],
  ["type:a.*", { prefix: { "search.type": { value: "a." } } }],
  ["-source:worker", { bool: { must_not: [{ term: { "search.source": { value: "worker" } } }] } }],
  [
    "muscat outcome:denied",
    {
      bool: {
        filter: [
          { term: { "search.terms": { value: "word:4:text:muscat" } } },
          { term: { "search.outcome": { value: "denied" } } },
        ],
      },
    },
  ],
  [
    "index:>5 OR payload.a:b",
    {
      bool: {
        should: [
          { range: { "search.index": { gte: "6" } } },
          { term: { "search.terms": { value: "word:9:payload.a:b" } } },
        ],
        minimum_should_match: 1,
      },
    },
  ],
  ["index:*", { exists: { field: "search.index" } }],
  [
    "time:2026-11-22",
    {
      range: {
        "search.time": {
          gte: Date.UTC(2026, 10, 22),
          lt: Date.UTC(2026, 10, 23),
          format: "epoch_millis",
        },
      },
    },
  ],
])("%s", (text, query) => {
  expect(compiled(text)).toEqual(query);
});

test("means what the reference evaluator means, by the rules of the DSL", () => {
  const events = fc.sample(arbitraryEvent, { numRuns: 40, seed: 20_261_122 });
  const documents = events.map((event) => ({ event, document: documentOf(event) }));
  fc.assert(
    fc.property(arbitraryQuery, (text) => {
      const { condition } = analyzeQuery(text, { now: NOW });
      if (!condition) return;
      const query = compileOpenSearch(condition, SEARCH_TARGET);
      for (const { event, document } of documents) {
        expect(fits(query, document), text).toBe(evaluateQuery(condition, event));
      }
    }),
    { numRuns: 300 },
  );
});

type Document = Record<string, string | number | string[] | undefined>;

/** As an index with the mapping sees it: exact texts, milliseconds, a number; whatever it does not map is not there. */
function documentOf(event: QueryEvent): Document {
  const { properties } = SEARCH_MAPPING.properties.search;
  return Object.fromEntries(
    Object.entries(searchDocument(event)).map(([name, value]) => {
      const { type } = (properties as Record<string, { type: string }>)[name] ?? { type: "" };
      const seen = type === "date" ? Date.parse(value) : type === "long" ? Number(value) : value;
      return [type === "" ? "" : `search.${name}`, seen];
    }),
  );
}

test("an envelope as a sink has it is found by the same; what is masked is not", () => {
  const [event] = fc.sample(arbitraryEvent, { numRuns: 1, seed: 20_261_122 });
  if (!event) throw new Error("there is one");
  const { eventId: id, traceId, recordedAt, leafIndex, payload } = event;
  const envelope = {
    ...{ id, type: event.type, subject: event.subject, outcome: event.outcome },
    ...{ principal: event.actorRef, principalkind: event.actorKind },
    traceparent: `00-${traceId}-0123456789abcdef-01`,
    data: payload,
  };
  const at = { recordedAt, leafIndex };
  const own = { ...event, source: searchDocumentOf(envelope, at).source, actorNames: [] };
  expect(searchDocumentOf(envelope, at).terms).toEqual(
    expect.arrayContaining([...searchDocument(own).terms]),
  );
  const masked: Record<string, JsonValue> = { ...envelope, data: "[redacted]", principal: null };
  expect(searchDocumentOf(masked, at)).toMatchObject({ id, actor: "" });
  expect(searchDocumentOf(masked, at).terms.some((term) => term.includes("payload."))).toBe(false);
});

/** The few clauses of the DSL that the compiler writes, as OpenSearch's reference describes them. */
function fits(query: OpenSearchQuery, document: Document): boolean {
  const [[clause, body] = [], more] = Object.entries(query) as [string, Record<string, unknown>][];
  if (more || !clause || !body) throw new Error("a query has one clause");
  const [[field, options] = []] = Object.entries(body) as [string, Record<string, unknown>][];
  const value = document[field ?? ""];
  switch (clause) {
    case "match_all":
      return true;
    case "match_none":
      return false;
    case "exists":
      return document[body.field as string] !== undefined;
    case "term":
      return Array.isArray(value)
        ? value.includes(options?.value as string)
        : value === options?.value;
    case "prefix":
      return String(value).startsWith(options?.value as string);
    case "range": {
      if (value === undefined) return false;
      const number = BigInt(value as number);
      const { gte, lt } = options as { gte?: string; lt?: string };
      return (
        (gte === undefined || number >= BigInt(gte)) && (lt === undefined || number < BigInt(lt))
      );
    }
    case "bool": {
      const { filter = [], should = [], must_not = [] } = body as Record<string, OpenSearchQuery[]>;
      return (
        filter.every((each) => fits(each, document)) &&
        (should.length === 0 || should.some((each) => fits(each, document))) &&
        !must_not.some((each) => fits(each, document))
      );
    }
    default:
      throw new Error(`unknown clause ${clause}`);
  }
}
