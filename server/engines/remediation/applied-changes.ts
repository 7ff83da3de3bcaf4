import { diffObjects, type FieldDifference } from "../differ/diff.ts";
import type { Json, JsonObject } from "../differ/json.ts";
import { normalize } from "../differ/normalize.ts";

/**
 * What applying changes of an object, from what it is to what it would be: `live` before, `desired` after; `extra` goes
 * away. A whole object that comes or goes is one change without a path.
 */
export function appliedChanges(
  before: JsonObject | null,
  after: JsonObject | null,
): FieldDifference[] {
  if (!before && !after) return [];
  if (!before) return [{ path: "", kind: "missing", desired: normalize(after as JsonObject) }];
  if (!after) return [{ path: "", kind: "extra", live: normalize(before) }];
  return diffObjects({ desired: after, live: before, lastApplied: before }).differences;
}

const MOST_CHARACTERS = 4_000;

/** The same to show: a long value is told by its length. */
export function shownChanges(changes: readonly FieldDifference[]): FieldDifference[] {
  return changes.map(({ desired, live, ...rest }) => ({
    ...rest,
    ...(desired === undefined ? {} : { desired: shortened(desired) }),
    ...(live === undefined ? {} : { live: shortened(live) }),
  }));
}

function shortened(value: Json): Json {
  const length = JSON.stringify(value).length;
  return length <= MOST_CHARACTERS ? value : `… (${length} characters)`;
}
