import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { badRequest } from "./api-status.ts";
import { itemKey, listKind } from "./field-kinds.ts";

/** JSON merge patch (RFC 7396): members are merged, null removes, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** Strategic merge patch: as a merge patch, but list maps are merged by key; `$patch: delete` removes an item. */
export function strategicPatch(
  target: Json | undefined,
  patch: Json,
  names: readonly string[] = [],
): Json {
  if (Array.isArray(patch)) {
    if (!Array.isArray(target) || listKind(names) !== "map") return patch;
    const merged = [...target];
    for (const item of patch) {
      const key = itemKey(names, item);
      const at = merged.findIndex((each) => itemKey(names, each) === key);
      if (isObject(item) && item.$patch === "delete") {
        if (at >= 0) merged.splice(at, 1);
      } else if (at < 0) merged.push(item);
      else merged[at] = strategicPatch(merged[at], item, [...names, "*"]);
    }
    return merged;
  }
  if (!isObject(patch)) return patch;
  if (patch.$patch === "replace") {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = strategicPatch(merged[name], value, [...names, name]);
  }
  return merged;
}

interface JsonPatchOperation {
  op?: unknown;
  path?: unknown;
  value?: Json;
}

/** JSON patch (RFC 6902): `add`, `replace`, `remove`, `test`. Throws 400 for what can't be done. */
export function jsonPatch(target: JsonObject, operations: Json): JsonObject {
  if (!Array.isArray(operations)) throw badRequest("a JSON patch is a list of operations");
  const copy = structuredClone(target);
  for (const each of operations) {
    const { op, path, value } = (isObject(each) ? each : {}) as JsonPatchOperation;
    if (typeof path !== "string" || !path.startsWith("/")) throw badRequest("a path is missing");
    const steps = path
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = steps.pop() ?? "";
    let at: Json = copy;
    for (const step of steps) {
      const next: Json | undefined = Array.isArray(at)
        ? at[Number(step)]
        : isObject(at)
          ? at[step]
          : undefined;
      if (next === undefined) throw badRequest(`there is no ${path}`);
      at = next;
    }
    change(at, last, { op, value, path });
  }
  return copy;
}

function change(
  at: Json,
  last: string,
  { op, value, path }: { op: unknown; value: Json | undefined; path: string },
): void {
  const list = Array.isArray(at) ? at : null;
  const map = isObject(at) ? at : null;
  const index = last === "-" ? (list?.length ?? 0) : Number(last);
  const there = list ? list[index] : map?.[last];
  if (op === "test") {
    if (JSON.stringify(there) !== JSON.stringify(value))
      throw badRequest(`the test of ${path} failed`);
    return;
  }
  if (op === "remove") {
    if (there === undefined) throw badRequest(`there is no ${path}`);
    if (list) list.splice(index, 1);
    else if (map) delete map[last];
    return;
  }
  if ((op !== "add" && op !== "replace") || value === undefined) {
    throw badRequest(`the operation on ${path} is not known`);
  }
  if (list && op === "add") list.splice(index, 0, value);
  else if (list) list[index] = value;
  else if (map) map[last] = value;
}
