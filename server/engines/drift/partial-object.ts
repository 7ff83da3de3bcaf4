import type { Json, JsonObject } from "#server/engines/differ/json.ts";
import { keyedItems } from "#server/engines/differ/list-keys.ts";

/** Fields that items of list maps go by, of those that one field tells. */
const KEYS = ["name", "mountPath", "devicePath", "ip", "type", "uid"] as const;

/**
 * The little of an object that the path of a difference tells: the fields that lead to it, each list item
 * with its key. What a rule asks of other fields can't be told from it.
 */
export function partialObject(path: readonly string[], value: Json | undefined): JsonObject {
  const built = build(path, value, "");
  return typeof built === "object" && built !== null && !Array.isArray(built) ? built : {};
}

function build(path: readonly string[], value: Json | undefined, field: string): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  const below = build(rest, value, step);
  const key = KEYS.find((each) => keyedItems(field, [{ [each]: step }])?.has(step));
  if (key !== undefined) {
    const isMap = typeof below === "object" && below !== null && !Array.isArray(below);
    return [{ [key]: step, ...(isMap ? below : {}) }];
  }
  return { [step]: below };
}
