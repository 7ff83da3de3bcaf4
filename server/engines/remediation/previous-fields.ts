import { ATOMIC_MAPS } from "../differ/atomic-maps.ts";
import { isObject, type Json, type JsonObject } from "../differ/json.ts";
import { keyedItems } from "../differ/list-keys.ts";

/** What says which item of a list map is meant. */
const ITEM_KEYS = new Set([
  "name",
  "containerPort",
  "port",
  "protocol",
  "mountPath",
  "devicePath",
  "ip",
  "topologyKey",
  "whenUnsatisfiable",
  "type",
  "uid",
]);

/**
 * The fields that `desired` sets, with the values that `live` has: applied by the same field manager they undo what
 * applying `desired` changed. What the live object lacks is left out, so that the cluster removes it.
 */
export function previousFields(desired: JsonObject, live: JsonObject): JsonObject {
  const fields = project(desired, live, "") as JsonObject;
  const metadata = isObject(desired.metadata) ? desired.metadata : {};
  const found = isObject(fields.metadata) ? fields.metadata : {};
  const named: JsonObject = { ...found, name: metadata.name ?? null };
  if (metadata.namespace !== undefined) named.namespace = metadata.namespace;
  return {
    ...fields,
    apiVersion: desired.apiVersion ?? null,
    kind: desired.kind ?? null,
    metadata: named,
  };
}

function project(desired: Json, live: Json, field: string): Json {
  if (isObject(desired) && isObject(live)) {
    if (ATOMIC_MAPS.has(field) || Object.keys(desired).length === 0) return live;
    const kept: JsonObject = {};
    for (const [name, value] of Object.entries(desired)) {
      const before = live[name];
      if (before !== undefined) kept[name] = project(value, before, name);
    }
    return kept;
  }
  if (Array.isArray(desired) && Array.isArray(live)) {
    const wanted = keyedItems(field, desired);
    const have = keyedItems(field, live);
    if (!wanted || !have) return live;
    return [...wanted].flatMap(([key, item]) => {
      const before = have.get(key);
      if (!before) return [];
      const kept = project(item, before, "") as JsonObject;
      for (const [name, value] of Object.entries(before)) {
        if (ITEM_KEYS.has(name)) kept[name] = value;
      }
      return [kept];
    });
  }
  return live;
}
