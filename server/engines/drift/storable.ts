/**
 * The same value as Postgres' jsonb and canonical JSON can hold it: no NUL and no half of a surrogate
 * pair, which a manifest may hold and a cut may leave.
 */
export function storable<Value>(value: Value): Value {
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return each.toWellFormed().replaceAll("\0", "\ufffd");
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === "object" && each !== null) {
      return Object.fromEntries(
        Object.entries(each).map(([key, inner]) => [String(walk(key)), walk(inner)]),
      );
    }
    return each;
  };
  return walk(value) as Value;
}
