import { isObject, type Json } from "#server/engines/differ/json.ts";

/**
 * What an event says of before and after: the payload's own `before` and `after`, or those of a part of
 * it. Values that are no objects are told under `value`, so that they have a place. Null: it says neither.
 */
export function recordedChange(payload: unknown): { before: Json; after: Json } | null {
  if (!isObject(payload as Json)) return null;
  const parts = [payload, ...Object.values(payload as object)] as Json[];
  for (const part of parts) {
    if (!isObject(part) || part.before === undefined || part.after === undefined) continue;
    const { before, after } = part;
    const arePlain = [before, after].every((each) => each === null || isObject(each));
    if (before === null && after === null) continue;
    return arePlain ? { before, after } : { before: { value: before }, after: { value: after } };
  }
  return null;
}
