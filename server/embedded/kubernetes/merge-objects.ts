import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { itemKey, listKind, mapKind } from "./field-kinds.ts";
import { type FieldPath, stepsOf } from "./field-set.ts";

/** The live object with what is applied laid over it: maps by name, list maps by key, the rest as one. */
export function mergeApplied(live: JsonObject, applied: JsonObject): JsonObject {
  return mergeMaps(live, applied, []);
}

function mergeMaps(live: JsonObject, applied: JsonObject, names: readonly string[]): JsonObject {
  const merged = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    merged[name] = mergeValues(live[name], value, [...names, name]);
  }
  return merged;
}

function mergeValues(live: Json | undefined, applied: Json, names: readonly string[]): Json {
  if (isObject(applied)) {
    return isObject(live) && mapKind(names) === "granular"
      ? mergeMaps(live, applied, names)
      : applied;
  }
  if (!Array.isArray(applied) || !Array.isArray(live) || listKind(names) === "atomic") {
    return applied;
  }
  const merged = [...live];
  for (const item of applied) {
    const key = itemKey(names, item);
    const at = merged.findIndex((each) => itemKey(names, each) === key);
    const before = merged[at];
    if (at < 0 || before === undefined) merged.push(item);
    else if (isObject(before) && isObject(item)) {
      merged[at] = mergeMaps(before, item, [...names, "*"]);
    }
  }
  return merged;
}

/** What stands at a path of fields; undefined where there is nothing. */
export function valueAt(object: JsonObject, path: FieldPath): Json | undefined {
  let at: Json | undefined = object;
  const names: string[] = [];
  for (const step of stepsOf(path)) {
    if (step.startsWith("f:")) {
      at = isObject(at) ? at[step.slice(2)] : undefined;
      names.push(step.slice(2));
    } else {
      at = Array.isArray(at) ? at.find((item) => itemKey(names, item) === step) : undefined;
      names.push("*");
    }
    if (at === undefined) return undefined;
  }
  return at;
}

/** A copy without the field, and without the maps and lists that it leaves empty. */
export function withoutField(object: JsonObject, path: FieldPath): JsonObject {
  return removed(object, stepsOf(path), []) as JsonObject;
}

function removed(value: Json, steps: readonly string[], names: readonly string[]): Json {
  const [step = "", ...rest] = steps;
  if (step.startsWith("f:") && isObject(value)) {
    const name = step.slice(2);
    const { [name]: below, ...others } = value;
    if (below === undefined || rest.length === 0) return others;
    const left = removed(below, rest, [...names, name]);
    return isBare(left) ? others : { ...value, [name]: left };
  }
  if (!Array.isArray(value)) return value;
  return value.flatMap((item) => {
    if (itemKey(names, item) !== step) return [item];
    return rest.length === 0 ? [] : [removed(item, rest, [...names, "*"])];
  });
}

function isBare(value: Json): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : isObject(value) && Object.keys(value).length === 0;
}
