import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { itemKey, listKind, mapKind } from "./field-kinds.ts";

/** Steps as FieldsV1 writes them: `f:name`, `k:{…}`, `v:…`; joined to one text. */
export type FieldPath = string;
export type FieldSet = Set<FieldPath>;

const JOINT = "\u0000";
/** Set by the server, owned by nobody. */
const BOOKKEEPING = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "selfLink",
  "managedFields",
]);

/** Members that every object of a built-in kind has, were it without contents: nobody makes them. */
const ALWAYS_THERE = new Set([
  "spec",
  "status",
  "metadata",
  "template",
  "jobTemplate",
  "containers",
  "strategy",
  "updateStrategy",
]);
const BUILT_IN_GROUP = /^[a-z.]+\.k8s\.io\//;

export function stepsOf(path: FieldPath): string[] {
  return path.split(JOINT);
}

export function isBelow(path: FieldPath, above: FieldPath): boolean {
  return path.startsWith(above + JOINT);
}

/**
 * The fields that an object sets. With `withMaps` the maps that hold them count too, as they do for
 * whoever makes them by an update.
 */
export function fieldsOf(object: JsonObject, withMaps = false): FieldSet {
  const found: FieldSet = new Set();
  const isBuiltIn =
    !String(object.apiVersion).split("/")[0]?.includes(".") ||
    BUILT_IN_GROUP.test(String(object.apiVersion));
  const walk = (value: Json, steps: readonly string[], names: readonly string[]) => {
    const path = steps.join(JOINT);
    if (isObject(value)) {
      const entries = Object.entries(value).filter(([, each]) => each !== undefined);
      const isAtomic = mapKind(names) === "atomic";
      if (entries.length === 0 || isAtomic) {
        found.add(path);
        return;
      }
      if (withMaps && !(isBuiltIn && ALWAYS_THERE.has(names.at(-1) ?? ""))) found.add(path);
      for (const [name, each] of entries) walk(each, [...steps, `f:${name}`], [...names, name]);
      return;
    }
    if (!Array.isArray(value) || value.length === 0 || listKind(names) === "atomic") {
      found.add(path);
      return;
    }
    if (withMaps && !ALWAYS_THERE.has(names.at(-1) ?? "")) found.add(path);
    for (const item of value) {
      const key = itemKey(names, item);
      if (key === null) continue;
      const below = [...steps, key];
      found.add(below.join(JOINT));
      if (!isObject(item)) continue;
      for (const [name, each] of Object.entries(item)) {
        walk(each, [...below, `f:${name}`], [...names, "*", name]);
      }
    }
  };
  for (const [name, value] of Object.entries(object)) {
    if (name === "apiVersion" || name === "kind" || value === undefined) continue;
    if (name !== "metadata" || !isObject(value)) {
      walk(value, [`f:${name}`], [name]);
      continue;
    }
    for (const [field, each] of Object.entries(value)) {
      if (BOOKKEEPING.has(field) || each === undefined) continue;
      walk(each, ["f:metadata", `f:${field}`], ["metadata", field]);
    }
  }
  return found;
}

/** As `metadata.managedFields` holds it. */
export function toFieldsV1(fields: FieldSet): JsonObject {
  const root: JsonObject = {};
  for (const path of [...fields].sort()) {
    let at = root;
    for (const step of stepsOf(path)) {
      const next = at[step];
      if (isObject(next)) at = next;
      else {
        const made: JsonObject = {};
        at[step] = made;
        at = made;
      }
    }
    at["."] = {};
  }
  return tidied(root);
}

/** A leaf is `{}`; only what holds others says "." of itself. */
function tidied(node: JsonObject): JsonObject {
  const names = Object.keys(node);
  if (names.length === 1 && names[0] === ".") return {};
  return Object.fromEntries(
    names.sort().map((name) => {
      const below = node[name];
      return [name, name !== "." && isObject(below) ? tidied(below) : {}];
    }),
  );
}

export function fromFieldsV1(fields: Json | undefined): FieldSet {
  const found: FieldSet = new Set();
  const walk = (node: Json, steps: readonly string[]) => {
    const entries = isObject(node) ? Object.entries(node) : [];
    if (entries.length === 0 && steps.length > 0) found.add(steps.join(JOINT));
    for (const [name, below] of entries) {
      if (name === ".") found.add(steps.join(JOINT));
      else walk(below, [...steps, name]);
    }
  };
  walk(fields ?? {}, []);
  return found;
}

/** As conflicts name it: `.spec.containers[name="app"].image`. */
export function fieldText(path: FieldPath): string {
  return stepsOf(path)
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith("f:")) return `.${rest}`;
      if (step.startsWith("v:")) return `[=${rest}]`;
      const keys = JSON.parse(rest) as JsonObject;
      const told = Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      return `[${told.join(",")}]`;
    })
    .join("");
}
