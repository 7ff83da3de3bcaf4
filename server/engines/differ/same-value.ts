import { durationNanos } from "./duration.ts";
import { isEmpty, type Json } from "./json.ts";
import { quantityNanos } from "./quantity.ts";

const DURATION_FIELDS = new Set([
  "duration",
  "renewBefore",
  "interval",
  "retryInterval",
  "timeout",
  "scrapeInterval",
  "ttl",
]);
const QUANTITY_PARENTS = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "default",
  "defaultRequest",
  "max",
  "min",
  "overhead",
  "maxLimitRequestRatio",
]);
const QUANTITY_FIELDS = new Set(["sizeLimit", "divisor", "storage"]);
/** Where `{}` says something that absence does not: members of a union, selectors. */
const MEANINGFUL_EMPTY = new Set([
  "emptyDir",
  "podSelector",
  "namespaceSelector",
  "selector",
  "ephemeral",
]);

/** Whether a value says no more than its absence, at this place. */
export function isAbsent(value: Json | undefined, path: readonly string[]): boolean {
  if (value === undefined || value === null) return true;
  return (
    isEmpty(value) && !MEANINGFUL_EMPTY.has(path.at(-1) ?? "") && !/^\d+$/.test(path.at(-1) ?? "")
  );
}

/** Equal, or another way to write the same quantity or duration. */
export function sameValue(path: readonly string[], desired: Json, live: Json): boolean {
  if (desired === live) return true;
  const [field = "", parent = ""] = [path.at(-1), path.at(-2)];
  const isScalar = (value: Json): value is string | number =>
    typeof value === "string" || typeof value === "number";
  if (!isScalar(desired) || !isScalar(live)) return false;
  if (QUANTITY_PARENTS.has(parent) || QUANTITY_FIELDS.has(field)) {
    const wanted = quantityNanos(desired);
    return wanted !== undefined && wanted === quantityNanos(live);
  }
  if (DURATION_FIELDS.has(field) && typeof desired === "string" && typeof live === "string") {
    const wanted = durationNanos(desired);
    return wanted !== undefined && wanted === durationNanos(live);
  }
  return false;
}
