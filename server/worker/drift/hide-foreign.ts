import { hiddenName } from "#server/features/drift/index.ts";

const TOKEN = /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/g;

/** Names of tenants, and of their namespaces, by the tenant that they tell of. */
export type TellingNames = ReadonlyMap<string, string>;

/** Puts an HMAC in the place of everything that names another tenant (law 3): values and keys, at any depth. */
export function hideForeign<Value>(value: Value, names: TellingNames, own: string): Value {
  const text = (each: string) =>
    each.replace(TOKEN, (token) => {
      const tenant = names.get(token);
      return tenant === undefined || tenant === own ? token : hiddenName(tenant);
    });
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return text(each);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === "object" && each !== null) {
      return Object.fromEntries(
        Object.entries(each).map(([key, inner]) => [text(key), walk(inner)]),
      );
    }
    return each;
  };
  return walk(value) as Value;
}
