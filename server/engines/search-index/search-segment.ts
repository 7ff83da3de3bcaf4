import type { Condition } from "../query-language/condition.ts";
import { PREFIX_BOUNDS } from "../query-language/limits.ts";
import { type SearchTerm, termsOf } from "../query-language/search-term.ts";
import { wordsOf } from "../query-language/words.ts";
import { Bitmap } from "./bitmap.ts";
import type { CodedColumn } from "./column-codes.ts";
import { type IndexScope, pageKeyOf, valueKey, wordKey, wordPageKey } from "./term-key.ts";

type Interval = Extract<Condition, { kind: "time" | "index" }>;

/** A look into the page of `pageKey`: entries whose key begins so, or is exactly so. */
export interface Lookup {
  readonly pageKey: string;
  readonly begin: string;
  /** The key's end, where it is fixed too: `NUL<scope>`. */
  readonly end: string | null;
  readonly isExact: boolean;
}

/** The beginning of a subject's id: the index narrows it down, the rows themselves decide. */
export interface SubjectPrefix {
  readonly kind: "subject-prefix";
  readonly prefix: string;
}
export type Listed = SubjectPrefix | Extract<Condition, { kind: "event" }>;

/** A segment as a query sees it; everything that `needsOf` names has been fetched. */
export interface SegmentReader {
  /** Positions in use: less than the level's size in the growing segment. */
  readonly size: number;
  lookup(lookup: Lookup): Bitmap;
  /** The positions whose value passes, among those of a set where one is given. */
  column(column: CodedColumn, passes: (value: string) => boolean, among?: Bitmap): Bitmap;
  interval(interval: Interval): Bitmap;
  listed(listed: Listed): Bitmap;
}

/** The positions of a segment that fit; the same as asking `evaluateQuery` of each event. */
export function searchSegment(condition: Condition, reader: SegmentReader, among?: Bitmap): Bitmap {
  switch (condition.kind) {
    case "and":
      return common(
        columnsLast(condition.of),
        (each, found) => searchSegment(each, reader, found),
        reader.size,
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
      return reader.column(asked.column, asked.passes, among);
    }
    default:
      return common(termsOf(condition), (term) => reader.lookup(lookupOf(term)), reader.size);
  }
}

/** A column is looked at position by position: at the end, where few are left. */
function columnsLast(conditions: readonly Condition[]): Condition[] {
  const isColumn = (each: Condition) =>
    (each.kind === "equals" || each.kind === "prefix") && columnNeed(each).kind === "column";
  const columns = conditions.filter(isColumn);
  return [...conditions.filter((each) => !columns.includes(each)), ...columns];
}

/**
 * Positions that all parts have; the first that has none of them ends it. A part may leave out what is not
 * among those of the parts before it.
 */
function common<Part>(
  parts: readonly Part[],
  positionsOf: (part: Part, found: Bitmap | undefined) => Bitmap,
  size: number,
): Bitmap {
  let found: Bitmap | undefined;
  for (const part of parts) {
    const of = positionsOf(part, found);
    found = found ? found.and(of) : of;
    if (found.isEmpty) break;
  }
  return found ?? Bitmap.full(size);
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
        else if (asked.kind === "listed") {
          listed.push(asked.listed);
          for (const { pageKey } of subjectLookups(asked.listed.prefix)) pageKeys.add(pageKey);
        } else columns.add(asked.column);
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
  | { kind: "listed"; listed: SubjectPrefix }
  | { kind: "column"; column: CodedColumn; passes: (value: string) => boolean };

function columnNeed(condition: Extract<Condition, { kind: "equals" | "prefix" }>): ColumnNeed {
  const { column } = condition;
  if (condition.kind === "equals") {
    const { value } = condition;
    if (column === "subject") return { kind: "lookup", lookup: exact(valueKey(column, value)) };
    if (column === "traceId") return { kind: "lookup", lookup: exact(wordKey(value, column)) };
    return { kind: "column", column, passes: (each) => each === value };
  }
  const { prefix } = condition;
  const begins = (each: string) => each.startsWith(prefix);
  if (column === "traceId") {
    return { kind: "lookup", lookup: lookupOf({ kind: "prefix", scope: column, text: prefix }) };
  }
  if (column !== "subject") return { kind: "column", column, passes: begins };
  // `secret-binding/*` is asked most, and answered by the kind alone.
  if (prefix.indexOf("/") === prefix.length - 1) {
    return { kind: "column", column: "subjectKind", passes: (each) => each === prefix };
  }
  return { kind: "listed", listed: { kind: "subject-prefix", prefix } };
}

function exact(key: string): Lookup {
  return { pageKey: pageKeyOf(key), begin: key, end: null, isExact: true };
}

/** Lookups whose common positions have every subject that begins so, and maybe others. */
function subjectLookups(prefix: string): Lookup[] {
  const words = wordsOf(prefix);
  // The last word may go on behind the prefix.
  const isCut = /[\p{L}\p{N}\p{M}]$/u.test(prefix);
  return words.flatMap((text, at) => {
    if (!isCut || at < words.length - 1)
      return [lookupOf({ kind: "word", scope: "subject", text })];
    const isLong = [...text].length >= PREFIX_BOUNDS.min;
    return isLong ? [lookupOf({ kind: "prefix", scope: "subject", text })] : [];
  });
}

/** The positions that may have a subject with this prefix: those to be looked at. */
export function subjectCandidates(
  { prefix }: SubjectPrefix,
  reader: Pick<SegmentReader, "size" | "lookup">,
): Bitmap {
  return subjectLookups(prefix).reduce(
    (found, lookup) => found.and(reader.lookup(lookup)),
    Bitmap.full(reader.size),
  );
}

const NUL = "\u0000";
type Term = Pick<SearchTerm, "kind" | "text"> & { readonly scope: IndexScope };

function lookupOf({ kind, scope, text }: Term): Lookup {
  if (kind === "whole") return exact(valueKey(scope, text));
  const letter = kind === "pair" ? "p" : "w";
  const pageKey = kind === "pair" ? letter + text : wordPageKey(text);
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
