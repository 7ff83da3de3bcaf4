import fc from "fast-check";
import { expect, test } from "vitest";
import { analyzeQuery } from "./analyze-query.ts";
import {
  compileOpenSearch,
  type OpenSearchQuery,
  type OpenSearchTarget,
} from "./compile-opensearch.ts";
import { evaluateQuery } from "./evaluate-query.ts";
import type { QueryEvent } from "./query-event.ts";
import { indexTerms, termText } from "./search-term.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "./testing/arbitrary-search.ts";

const target: OpenSearchTarget = {
  fields: {
    eventId: "id",
    type: "type",
    subject: "subject",
    outcome: "outcome",
    actorKind: "principalkind",
    actorRef: "principal",
    traceId: "trace",
    source: "source",
    recordedAt: "time",
    leafIndex: "leaf.index",
    terms: "terms",
  },
  encodeTerm: termText,
};
const compiled = (text: string) => {
  const { condition } = analyzeQuery(text, { now: NOW });
  return condition && compileOpenSearch(condition, target);
};

test.each<[string, OpenSearchQuery]>([
  ["", { match_all: {} }],
  ["type:a.*", { prefix: { type: { value: "a." } } }],
  ["-source:worker", { bool: { must_not: [{ term: { source: { value: "worker" } } }] } }],
  [
    "muscat outcome:denied",
    {
      bool: {
        filter: [
          { term: { terms: { value: "word:4:text:muscat" } } },
          { term: { outcome: { value: "denied" } } },
        ],
      },
    },
  ],
  [
    "index:>5 OR payload.a:b",
    {
      bool: {
        should: [
          { range: { "leaf.index": { gte: "6" } } },
          { term: { terms: { value: "word:9:payload.a:b" } } },
        ],
        minimum_should_match: 1,
      },
    },
  ],
  ["index:*", { exists: { field: "leaf.index" } }],
  [
    "time:2026-11-22",
    {
      range: {
        time: { gte: Date.UTC(2026, 10, 22), lt: Date.UTC(2026, 10, 23), format: "epoch_millis" },
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
      const query = compileOpenSearch(condition, target);
      for (const { event, document } of documents) {
        expect(fits(query, document), text).toBe(evaluateQuery(condition, event));
      }
    }),
    { numRuns: 300 },
  );
});

type Document = Record<string, string | number | bigint | string[] | undefined>;

function documentOf(event: QueryEvent): Document {
  return {
    id: event.eventId,
    type: event.type,
    subject: event.subject,
    outcome: event.outcome,
    principalkind: event.actorKind,
    principal: event.actorRef,
    trace: event.traceId,
    source: event.source,
    time: event.recordedAt.getTime(),
    "leaf.index": event.leafIndex ?? undefined,
    terms: indexTerms(event).map(termText),
  };
}

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
