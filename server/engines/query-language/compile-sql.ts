import type { Condition, TextColumn } from "./condition.ts";
import { type SearchTerm, termsOf } from "./search-term.ts";
import { successor } from "./successor.ts";

/** Takes a value as parameter and gives its place, `$3`. */
export type Bind = (value: unknown) => string;

/** Where the columns and the words of an event are found. All of it is trusted SQL of the caller. */
export interface SqlTarget {
  /** Expressions that are never null, text in UTF-8. */
  readonly columns: Readonly<Record<TextColumn, string>> & {
    readonly eventId: string;
    readonly recordedAt: string;
  };
  /** The place in the log, null while unsealed. */
  readonly leafIndex: string;
  /**
   * SQL that is true of the current event when it has the term, and never null: an EXISTS on a token
   * table or a call, with the tenant in it. The term goes in through `bind`, clear or hashed.
   */
  hasTerm(term: SearchTerm, bind: Bind): string;
}

export interface SqlPredicate {
  readonly sql: string;
  /** For `$firstPlace` and up. */
  readonly params: readonly unknown[];
}

/**
 * A predicate over one event, never null. Values are parameters only. Clear columns are compared
 * with =, <, >= alone, which are leakproof, so that they keep their indexes under row-level security
 * (DESIGN §5); prefixes are ranges in byte order. The tenant predicate is the caller's.
 */
export function compileSql(condition: Condition, target: SqlTarget, firstPlace = 1): SqlPredicate {
  const params: unknown[] = [];
  const bind: Bind = (value) => {
    params.push(value);
    return `$${firstPlace + params.length - 1}`;
  };
  return { sql: compile(condition, target, bind), params };
}

function compile(condition: Condition, target: SqlTarget, bind: Bind): string {
  switch (condition.kind) {
    case "and":
      return all(condition.of.map((each) => compile(each, target, bind)));
    case "or":
      return any(condition.of, target, bind);
    case "not":
      return `NOT ${compile(condition.of, target, bind)}`;
    case "equals":
      return `(${target.columns[condition.column]} = ${bind(condition.value)}::text)`;
    case "prefix": {
      const column = `${target.columns[condition.column]} COLLATE "C"`;
      const end = successor(condition.prefix);
      const from = `${column} >= ${bind(condition.prefix)}::text`;
      return end === undefined ? `(${from})` : `(${from} AND ${column} < ${bind(end)}::text)`;
    }
    case "event":
      return `(${target.columns.eventId} = ${bind(condition.eventId)}::uuid)`;
    case "time": {
      const place = (at: number) => `${bind(new Date(at).toISOString())}::timestamptz`;
      return interval(target.columns.recordedAt, condition, place);
    }
    case "index": {
      const sealed = `${target.leafIndex} IS NOT NULL`;
      const place = (at: bigint) => `${bind(at.toString())}::bigint`;
      return all([sealed, interval(target.leafIndex, condition, place)]);
    }
    default:
      return all(termsOf(condition).map((term) => target.hasTerm(term, bind)));
  }
}

/** Several values of one column are one list: an index serves that in one scan. */
function any(conditions: readonly Condition[], target: SqlTarget, bind: Bind): string {
  const lists = new Map<TextColumn, string[]>();
  for (const each of conditions) {
    if (each.kind !== "equals") continue;
    lists.set(each.column, [...(lists.get(each.column) ?? []), each.value]);
  }
  const isListed = (each: Condition) =>
    each.kind === "equals" && (lists.get(each.column)?.length ?? 0) > 1;
  const parts = [
    ...[...lists]
      .filter(([, values]) => values.length > 1)
      .map(([column, values]) => `(${target.columns[column]} = ANY (${bind(values)}::text[]))`),
    ...conditions.filter((each) => !isListed(each)).map((each) => compile(each, target, bind)),
  ];
  return parts.length === 0 ? "FALSE" : `(${parts.join(" OR ")})`;
}

function all(parts: readonly string[]): string {
  return parts.length === 0 ? "TRUE" : `(${parts.join(" AND ")})`;
}

function interval<Order>(
  column: string,
  { from, until }: { readonly from: Order | null; readonly until: Order | null },
  place: (value: Order) => string,
): string {
  return all([
    ...(from === null ? [] : [`${column} >= ${place(from)}`]),
    ...(until === null ? [] : [`${column} < ${place(until)}`]),
  ]);
}
