import { isObject, type Json, type JsonObject } from "./json.ts";
import { keyedItems } from "./list-keys.ts";

/**
 * Who last set a field, from `metadata.managedFields` (FieldsV1: `f:` fields, `k:` list items).
 * The deepest owner of the path or of something above it; undefined when nobody claims it.
 */
export function managerOf(live: JsonObject, path: readonly string[]): string | undefined {
  const metadata = live.metadata;
  const entries =
    isObject(metadata) && Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  let best: { manager: string; depth: number } | undefined;
  for (const entry of entries) {
    if (!isObject(entry) || typeof entry.manager !== "string") continue;
    const depth = depthOf(entry.fieldsV1, path);
    if (depth > 0 && depth >= (best?.depth ?? 1)) best = { manager: entry.manager, depth };
  }
  return best?.manager;
}

function depthOf(fields: Json | undefined, path: readonly string[]): number {
  let at: Json | undefined = fields;
  let depth = 0;
  let field = "";
  for (const step of path) {
    if (!isObject(at)) break;
    const next: Json | undefined = at[`f:${step}`] ?? itemFields(at, field, step);
    if (next === undefined) break;
    depth += 1;
    field = step;
    at = next;
  }
  // Owning `spec` alone says nothing of a field below it: the claim must reach the end.
  return depth === path.length || (depth > 0 && isObject(at) && Object.keys(at).length === 0)
    ? depth
    : 0;
}

function itemFields(at: JsonObject, field: string, step: string): Json | undefined {
  for (const [key, value] of Object.entries(at)) {
    if (!key.startsWith("k:")) continue;
    const item = JSON.parse(key.slice(2)) as Json;
    if (isObject(item) && keyedItems(field, [item])?.has(step)) return value;
  }
  return undefined;
}
