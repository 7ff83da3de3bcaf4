import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { isObject, type Json, type JsonObject, pointer } from "#server/engines/differ/json.ts";
import { isSetField, keyedItems } from "#server/engines/differ/list-keys.ts";
import { sameValue } from "#server/engines/differ/same-value.ts";
import { diffLines } from "./line-diff.ts";
import { dashed, yamlLines } from "./yaml-lines.ts";
import { yamlScalar } from "./yaml-scalar.ts";

/**
 * What a line says: `changed`, `missing` and `extra` are differences that were found; `equal` is one
 * value written in two ways, `uncounted` a default or another's addition, `ignored` what differs and
 * is not held against anybody.
 */
export type LineMark = "same" | "equal" | "uncounted" | "ignored" | "changed" | "missing" | "extra";

export interface DocumentRow {
  /** Its line on either side; null where there is none. */
  desired: string | null;
  live: string | null;
  mark: LineMark;
  /** The difference that it is part of, by its path; else the field's own. */
  path: string;
  manager: string | null;
}

const FIRST = ["apiVersion", "kind", "metadata"];

interface Place {
  path: readonly string[];
  depth: number;
  differences: ReadonlyMap<string, FieldDifference>;
}

/**
 * Two documents as lines of YAML beside each other, marked by the differences that were found between them
 * (never by a comparison of text). Items of list maps stand beside the item of the same key.
 */
export function documentRows(
  desired: JsonObject,
  live: JsonObject,
  differences: readonly FieldDifference[],
): DocumentRow[] {
  const byPath = new Map(differences.map((each) => [each.path, each]));
  return nodeRows(null, desired, live, { path: [], depth: 0, differences: byPath });
}

/** One difference by itself, as lines. */
export function differenceRows(difference: FieldDifference): DocumentRow[] {
  return markedRows(null, difference.desired, difference.live, difference, 0);
}

function nodeRows(
  key: string | null,
  desired: Json | undefined,
  live: Json | undefined,
  place: Place,
): DocumentRow[] {
  const { path, depth, differences } = place;
  const found = differences.get(pointer(path));
  if (found) return markedRows(key, desired, live, found, depth);
  if (desired === undefined || live === undefined) {
    return oneSided(key, desired, live, "uncounted", pointer(path), null, depth);
  }
  const below = { ...place, depth: key === null ? depth : depth + 1 };
  if (isObject(desired) && isObject(live)) {
    const keys = [...new Set([...Object.keys(desired), ...Object.keys(live)])];
    if (keys.length === 0) return [same(key, depth, "{}", path)];
    const sides = [desired, live].map((side) => Object.keys(side).length === 0);
    if (path.length === 0) keys.sort((a, b) => rank(a) - rank(b));
    return [
      ...header(key, depth, path, "{}", sides),
      ...keys.flatMap((each) =>
        nodeRows(each, desired[each], live[each], { ...below, path: [...path, each] }),
      ),
    ];
  }
  if (Array.isArray(desired) && Array.isArray(live)) {
    const items = itemsOf(path.at(-1) ?? "", desired, live);
    if (items.length === 0) return [same(key, depth, "[]", path)];
    const sides = [desired, live].map((side) => side.length === 0);
    return [
      ...header(key, depth, path, "[]", sides),
      ...items.flatMap(([step, want, have]) =>
        dashedRows(nodeRows(null, want, have, itemPlace(below, path, step)), below.depth),
      ),
    ];
  }
  if (JSON.stringify(desired) === JSON.stringify(live)) {
    return yamlLines(key, desired, depth).map((line) => ({
      desired: line,
      live: line,
      mark: "same",
      path: pointer(path),
      manager: null,
    }));
  }
  const mark = sameValue(path, desired, live) ? "equal" : "ignored";
  return aligned(key, desired, live, mark, pointer(path), null, depth);
}

function rank(key: string): number {
  return (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);
}

function itemPlace(below: Place, path: readonly string[], step: string): Place {
  return { ...below, path: [...path, step], depth: below.depth + 1 };
}

/** The items of two lists side by side: by key, as sets, or by position. */
function itemsOf(
  field: string,
  desired: Json[],
  live: Json[],
): (readonly [string, Json | undefined, Json | undefined])[] {
  const [wanted, have] = [keyedItems(field, desired), keyedItems(field, live)];
  if (wanted && have) {
    const keys = [...new Set([...wanted.keys(), ...have.keys()])];
    return keys.map((key) => [key, wanted.get(key), have.get(key)] as const);
  }
  if (isSetField(field)) {
    const left = new Map(live.map((item) => [JSON.stringify(item), item]));
    const both = desired.map((item, at) => {
      const other = left.get(JSON.stringify(item));
      left.delete(JSON.stringify(item));
      return [String(at), item, other] as const;
    });
    return [...both, ...[...left.values()].map((item) => ["-", undefined, item] as const)];
  }
  return Array.from(
    { length: Math.max(desired.length, live.length) },
    (_, at) => [String(at), desired[at], live[at]] as const,
  );
}

/** Puts the dash of an item before the first line of either side. */
export function dashedRows(rows: DocumentRow[], depth: number): DocumentRow[] {
  for (const side of ["desired", "live"] as const) {
    const first = rows.find((row) => row[side] !== null);
    if (first) first[side] = dashed(first[side] as string, depth);
  }
  return rows;
}

function same(
  key: string | null,
  depth: number,
  end: string,
  path: readonly string[],
): DocumentRow {
  const indent = "  ".repeat(depth);
  const line = key === null ? `${indent}${end}` : `${indent}${yamlScalar(key)}: ${end}`.trimEnd();
  return { desired: line, live: line, mark: "same", path: pointer(path), manager: null };
}

/** The line above what is in an object or a list, which says so where one side has nothing in it. */
function header(
  key: string | null,
  depth: number,
  path: readonly string[],
  empty: string,
  [isDesiredEmpty, isLiveEmpty]: readonly boolean[],
): DocumentRow[] {
  if (key === null && !isDesiredEmpty && !isLiveEmpty) return [];
  const full = same(key, depth, "", path);
  const none = same(key, depth, empty, path);
  const absent = key === null ? null : full.desired;
  return [
    {
      ...full,
      desired: isDesiredEmpty ? none.desired : absent,
      live: isLiveEmpty ? none.live : absent,
    },
  ];
}

/** All lines of a difference that was found. */
export function markedRows(
  key: string | null,
  desired: Json | undefined,
  live: Json | undefined,
  found: FieldDifference,
  depth: number,
): DocumentRow[] {
  const manager = found.manager ?? null;
  // The documents may say less than the difference (a list's item that is keyed otherwise): it is the truth.
  const [want, have] = [desired ?? found.desired, live ?? found.live];
  if (want === undefined || have === undefined) {
    return oneSided(key, want, have, found.kind, found.path, manager, depth);
  }
  return aligned(key, want, have, "changed", found.path, manager, depth);
}

function oneSided(
  key: string | null,
  desired: Json | undefined,
  live: Json | undefined,
  mark: LineMark,
  path: string,
  manager: string | null,
  depth: number,
): DocumentRow[] {
  const lines = (value: Json | undefined) =>
    value === undefined ? [] : yamlLines(key, value, depth);
  return [
    ...lines(desired).map((line) => ({ desired: line, live: null, mark, path, manager })),
    ...lines(live).map((line) => ({ desired: null, live: line, mark, path, manager })),
  ];
}

/** Two values of one field, line beside line; what is the same in both (of a long text) is not marked. */
function aligned(
  key: string | null,
  desired: Json,
  live: Json,
  mark: LineMark,
  path: string,
  manager: string | null,
  depth: number,
): DocumentRow[] {
  const pairs = diffLines(yamlLines(key, desired, depth), yamlLines(key, live, depth));
  return pairs.map(({ before, after }) => {
    const isOne = mark === "changed" && (before === null) !== (after === null);
    const own: LineMark = before === after ? "same" : isOne ? (before ? "missing" : "extra") : mark;
    return {
      desired: before,
      live: after,
      mark: own,
      path,
      manager: own === "same" ? null : manager,
    };
  });
}
