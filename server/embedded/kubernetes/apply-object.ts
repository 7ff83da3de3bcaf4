import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { applyConflict } from "./api-status.ts";
import { type FieldPath, fieldsOf, fieldText, isBelow, stepsOf } from "./field-set.ts";
import { type Managed, readManaged, withManaged } from "./managed-fields.ts";
import { mergeApplied, valueAt, withoutField } from "./merge-objects.ts";
import { nowText } from "./object-store.ts";

/**
 * Server-side apply ("Server-Side Apply" of the reference): what is applied is laid over the live object
 * and is the manager's; what he applied before and no longer does goes, where nobody else owns it.
 * Throws 409 where another manager owns a field and has it otherwise, unless forced.
 */
export function applyObject(
  live: JsonObject | null,
  applied: JsonObject,
  { manager, apiVersion, force }: { manager: string; apiVersion: string; force: boolean },
): JsonObject {
  const fields = fieldsOf(applied);
  const managed = readManaged(live);
  const isOwn = (each: Managed) =>
    each.operation === "Apply" && each.manager === manager && each.subresource === null;
  const others = managed.filter((each) => !isOwn(each));
  const differs = (path: FieldPath) =>
    !isDeepStrictEqual(valueAt(live ?? {}, path), valueAt(applied, path));
  const conflicts = others.flatMap((other) =>
    [...other.fields]
      .filter((path) => fields.has(path) && !isItem(path) && differs(path))
      .map((path) => ({ other, path })),
  );
  if (conflicts.length > 0 && !force) {
    throw applyConflict(
      conflicts.map(({ other, path }) => ({
        manager: other.manager,
        message: `conflict with "${other.manager}"${other.subresource ? ` with subresource "${other.subresource}"` : ""} using ${other.apiVersion}`,
        field: fieldText(path),
      })),
    );
  }
  const taken = new Set(conflicts.map(({ path }) => path));
  const kept = others.map((each) => ({
    ...each,
    fields: new Set([...each.fields].filter((path) => !taken.has(path))),
  }));
  const before = managed.find(isOwn);
  const merged = withoutGone(live ? mergeApplied(live, applied) : applied, before, fields, kept);
  const isUnchanged = before !== undefined && isSameSet(before.fields, fields);
  const own: Managed = {
    manager,
    operation: "Apply",
    apiVersion,
    time: isUnchanged ? before.time : nowText(),
    subresource: null,
    fields,
  };
  const known = fieldsOf(merged, true);
  const left = kept.map((each) => ({
    ...each,
    fields: new Set([...each.fields].filter((path) => known.has(path))),
  }));
  return withManaged(merged, [...left, own]);
}

/** What the manager applied before and no longer does, and nobody else owns. */
function withoutGone(
  merged: JsonObject,
  before: Managed | undefined,
  fields: ReadonlySet<FieldPath>,
  others: readonly Managed[],
): JsonObject {
  const isStillOwned = (path: FieldPath) =>
    fields.has(path) ||
    others.some((each) => [...each.fields].some((one) => one === path || isBelow(one, path)));
  const gone = [...(before?.fields ?? [])].filter((path) => !isStillOwned(path));
  // The deepest first: a list's item goes after its fields.
  const deepest = gone.sort((a, b) => stepsOf(b).length - stepsOf(a).length);
  return deepest.reduce(withoutField, merged);
}

function isItem(path: FieldPath): boolean {
  return stepsOf(path).at(-1)?.startsWith("k:") ?? false;
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
