import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "#server/engines/differ/json.ts";
import { withDefaults } from "./api-defaults.ts";
import { applyConflict } from "./api-status.ts";
import { mapKind } from "./field-kinds.ts";
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
      .filter((path) => fields.has(path) && !isHolder(live, applied, path) && differs(path))
      .map((path) => ({ other, path })),
  );
  if (conflicts.length > 0 && !force) {
    throw applyConflict(
      conflicts.map(({ other, path }) => ({
        manager: other.manager,
        message: conflictText(other),
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
  const laid = live ? mergeApplied(live, applied) : applied;
  const merged = withDefaults(withoutGone(laid, before, fields, kept));
  const isSame = live !== null && isDeepStrictEqual(spoken(live), spoken(merged));
  const own: Managed = {
    manager,
    operation: "Apply",
    apiVersion,
    time: isSame ? (before?.time ?? "") : nowText(),
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
  // A list's item goes with its fields: without its key it could not be told from the others.
  const outermost = gone.sort((a, b) => stepsOf(a).length - stepsOf(b).length);
  return outermost.reduce(withoutField, merged);
}

/** Items and maps are held in common: about their being there nobody can be at odds. */
function isHolder(live: JsonObject | null, applied: JsonObject, path: FieldPath): boolean {
  if (stepsOf(path).at(-1)?.startsWith("k:")) return true;
  const names = stepsOf(path).map((step) => (step.startsWith("f:") ? step.slice(2) : "*"));
  const both = [valueAt(live ?? {}, path), valueAt(applied, path)];
  return mapKind(names) === "granular" && both.every(isObject);
}

/** The version is told of managers that wrote by an update. */
function conflictText({ manager, subresource, operation, apiVersion }: Managed): string {
  const below = subresource ? ` with subresource "${subresource}"` : "";
  return `conflict with "${manager}"${below}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
}

/** What an object says, book-keeping aside. */
function spoken({ metadata, ...rest }: JsonObject): JsonObject {
  const { managedFields: _, ...kept } = isObject(metadata) ? metadata : {};
  return { ...rest, metadata: kept };
}
