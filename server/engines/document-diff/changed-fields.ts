import type { FieldDifference } from "../differ/diff.ts";
import { isObject, type Json, pointer } from "../differ/json.ts";

/**
 * What became of a document, field by field: as the differences of `desired` (before) and `live` (after).
 * Lists and values of another kind change as a whole. `missing` was removed, `extra` was added.
 */
export function changedFields(
  before: Json,
  after: Json,
  path: readonly string[] = [],
): FieldDifference[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => {
      const [old, now] = [before[key], after[key]];
      const at = [...path, key];
      if (old === undefined)
        return [{ path: pointer(at), kind: "extra" as const, live: now as Json }];
      if (now === undefined) return [{ path: pointer(at), kind: "missing" as const, desired: old }];
      return changedFields(old, now, at);
    });
  }
  if (canonical(before) === canonical(after)) return [];
  if (before === null && path.length === 0) return [{ path: "", kind: "extra", live: after }];
  if (after === null && path.length === 0) return [{ path: "", kind: "missing", desired: before }];
  return [{ path: pointer(path), kind: "changed", desired: before, live: after }];
}

/** Equal values have equal texts, whatever the order of their keys. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, each: Json) =>
    isObject(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
