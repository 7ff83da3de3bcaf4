import type { Condition } from "../query-language/condition.ts";
import { type SearchTerm, termsOf } from "../query-language/search-term.ts";
import { Bitmap } from "./bitmap.ts";
import type { CodedColumn } from "./column-codes.ts";
import { pageKeyOf, VALUE_COLUMNS, type ValueColumn, valueKey, wordPageKey } from "./term-key.ts";

type Interval = Extract<Condition, { kind: "time" | "index" }>;

/** A look into the page of `pageKey`: entries whose key begins so, or is exactly so. */
export interface Lookup {
  readonly pageKey: string;
  readonly begin: string;
  /** The key's end, where it is fixed too: `NUL<scope>`. */
  readonly end: string | null;
  readonly isExact: boolean;
}

/** A clear column whose prefix no page can answer: the caller finds the leaves by its own index. */
export interface ListedPrefix {
  readonly kind: "prefix";
  readonly column: ValueColumn;
  readonly prefix: string;
}
export type Listed = ListedPrefix | Extract<Condition, { kind: "event" }>;

/** A segment as a query sees it; everything that `needsOf` names has been fetched. */
export interface SegmentReader {
  /** Positions in use: less than the level's size in the growing segment. */
  readonly size: number;
  lookup(lookup: Lookup): Bitmap;
  column(column: CodedColumn, passes: (value: string) => boolean): Bitmap;
  interval(interval: Interval): Bitmap;
  listed(listed: Listed): Bitmap;
}

/** The positions of a segment that fit; the same as asking `evaluateQuery` of each event. */
export function searchSegment(condition: Condition, reader: SegmentReader): Bitmap {
  switch (condition.kind) {
    case "and":
      return condition.of.reduce(
        (found, each) => (found.isEmpty ? found : found.and(searchSegment(each, reader))),
        Bitmap.full(reader.size),
      );
    case "or":
      return condition.of.reduce(
        (found, each) => found.or(searchSegment(each, reader)),
        new Bitmap(reader.size),
      );
    case "not":
      return searchSegment(condition.of, reader).not();
    case "time":
    case "index":
      return reader.interval(condition);
    case "event":
      return reader.listed(condition);
    case "equals":
    case "prefix": {
      const asked = columnNeed(condition);
      if (asked.kind === "lookup") return reader.lookup(asked.lookup);
      if (asked.kind === "listed") return reader.listed(asked.listed);
      return reader.column(asked.column, asked.passes);
    }
    default:
      return termsOf(condition).reduce(
        (found, term) => found.and(reader.lookup(lookupOf(term))),
        Bitmap.full(reader.size),
      );
  }
}

export interface Needs {
  readonly pageKeys: ReadonlySet<string>;
  readonly columns: ReadonlySet<CodedColumn>;
  readonly times: readonly Extract<Condition, { kind: "time" }>[];
  readonly listed: readonly Listed[];
}

/** What has to be fetched of a segment before it can be searched. */
export function needsOf(condition: Condition): Needs {
  const pageKeys = new Set<string>();
  const columns = new Set<CodedColumn>();
  const times: Extract<Condition, { kind: "time" }>[] = [];
  const listed: Listed[] = [];
  const visit = (each: Condition): void => {
    switch (each.kind) {
      case "and":
      case "or":
        for (const part of each.of) visit(part);
        break;
      case "not":
        visit(each.of);
        break;
      case "time":
        times.push(each);
        break;
      case "index":
        break;
      case "event":
        listed.push(each);
        break;
      case "equals":
      case "prefix": {
        const asked = columnNeed(each);
        if (asked.kind === "lookup") pageKeys.add(asked.lookup.pageKey);
        else if (asked.kind === "listed") listed.push(asked.listed);
        else columns.add(asked.column);
        break;
      }
      default:
        for (const term of termsOf(each)) pageKeys.add(lookupOf(term).pageKey);
    }
  };
  visit(condition);
  return { pageKeys, columns, times, listed };
}

type ColumnNeed =
  | { kind: "lookup"; lookup: Lookup }
  | { kind: "listed"; listed: ListedPrefix }
  | { kind: "column"; column: CodedColumn; passes: (value: string) => boolean };

function columnNeed(condition: Extract<Condition, { kind: "equals" | "prefix" }>): ColumnNeed {
  const { column } = condition;
  if (!isValueColumn(column)) {
    const passes =
      condition.kind === "equals"
        ? (value: string) => value === condition.value
        : (value: string) => value.startsWith(condition.prefix);
    return { kind: "column", column, passes };
  }
  if (condition.kind === "equals")
    return { kind: "lookup", lookup: exact(valueKey(column, condition.value)) };
  const { prefix } = condition;
  // `secret-binding/*` is asked most, and answered by the kind alone.
  if (column === "subject" && /^[^/]+\/$/.test(prefix)) {
    return { kind: "column", column: "subjectKind", passes: (value) => value === prefix };
  }
  return { kind: "listed", listed: { kind: "prefix", column, prefix } };
}

function isValueColumn(column: string): column is ValueColumn {
  return (VALUE_COLUMNS as readonly string[]).includes(column);
}

function exact(key: string): Lookup {
  return { pageKey: pageKeyOf(key), begin: key, end: null, isExact: true };
}

const NUL = "\u0000";

function lookupOf({ kind, scope, text }: SearchTerm): Lookup {
  if (kind === "whole") return exact(valueKey(scope, text));
  const letter = kind === "pair" ? "p" : "w";
  const pageKey = wordPageKey(kind === "pair" ? (text.split(" ")[0] ?? "") : text);
  const isEverywhere = scope === "text";
  if (kind === "prefix") {
    const end = isEverywhere ? null : NUL + scope;
    return { pageKey, begin: letter + text, end, isExact: false };
  }
  const begin = letter + text + NUL;
  return isEverywhere
    ? { pageKey, begin, end: null, isExact: false }
    : { pageKey, begin: begin + scope, end: null, isExact: true };
}
