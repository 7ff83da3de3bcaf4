import type { Condition, TextColumn } from "./condition.ts";
import { type SearchTerm, termsOf } from "./search-term.ts";

/** An OpenSearch query clause. */
export interface OpenSearchQuery {
  readonly [clause: string]: unknown;
}

/** Names of the document's fields: keywords, a date in milliseconds, a long, and the keyword list of terms. */
export interface OpenSearchTarget {
  readonly fields: Readonly<Record<TextColumn, string>> & {
    readonly eventId: string;
    readonly recordedAt: string;
    readonly leafIndex: string;
    readonly terms: string;
  };
  /** A term as the documents hold it: clear (`termText`) or hashed with the tenant's key. */
  encodeTerm(term: SearchTerm): string;
}

/**
 * The query in OpenSearch's DSL, in filter context: no scores. Means what `evaluateQuery` means on
 * documents whose terms are those of `indexTerms`. The tenant filter is the caller's.
 */
export function compileOpenSearch(condition: Condition, target: OpenSearchTarget): OpenSearchQuery {
  const compile = (each: Condition) => compileOpenSearch(each, target);
  const { fields } = target;
  switch (condition.kind) {
    case "and":
      return filter(condition.of.map(compile));
    case "or":
      return condition.of.length === 0
        ? { match_none: {} }
        : { bool: { should: condition.of.map(compile), minimum_should_match: 1 } };
    case "not":
      return { bool: { must_not: [compile(condition.of)] } };
    case "equals":
      return { term: { [fields[condition.column]]: { value: condition.value } } };
    case "prefix":
      return { prefix: { [fields[condition.column]]: { value: condition.prefix } } };
    case "event":
      return { term: { [fields.eventId]: { value: condition.eventId } } };
    case "time": {
      const { from, until } = condition;
      return range(fields.recordedAt, from, until, { format: "epoch_millis" });
    }
    case "index": {
      const [from, until] = [condition.from, condition.until].map((at) => at?.toString() ?? null);
      return range(fields.leafIndex, from ?? null, until ?? null);
    }
    default:
      return filter(
        termsOf(condition).map((term) => ({
          term: { [fields.terms]: { value: target.encodeTerm(term) } },
        })),
      );
  }
}

function filter(parts: readonly OpenSearchQuery[]): OpenSearchQuery {
  const [only, second] = parts;
  if (only === undefined) return { match_all: {} };
  return second === undefined ? only : { bool: { filter: parts } };
}

function range(
  field: string,
  from: string | number | null,
  until: string | number | null,
  options: object = {},
): OpenSearchQuery {
  if (from === null && until === null) return { exists: { field } };
  const bounds = {
    ...(from === null ? {} : { gte: from }),
    ...(until === null ? {} : { lt: until }),
  };
  return { range: { [field]: { ...bounds, ...options } } };
}
