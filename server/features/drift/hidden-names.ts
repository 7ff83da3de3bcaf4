import "server-only";
import { peerRef } from "#server/features/isolation/index.ts";

const HIDDEN = /\[tenant:([0-9a-f]{32})\]/g;
const NOBODY = "[another tenant]";

/** What stands for another tenant's name in a stored text (law 3). */
export function hiddenName(tenant: string): string {
  return `[tenant:${peerRef(tenant)}]`;
}

/** Puts in the names of tenants that the reader may know; the others stay another tenant. */
export function unhide<Value>(value: Value, known: readonly string[]): Value {
  const names = new Map(known.map((tenant) => [peerRef(tenant), tenant]));
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") {
      return each.replace(HIDDEN, (_whole, ref: string) => names.get(ref) ?? NOBODY);
    }
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === "object" && each !== null && !(each instanceof Date)) {
      return Object.fromEntries(
        Object.entries(each).map(([key, inner]) => [String(walk(key)), walk(inner)]),
      );
    }
    return each;
  };
  return walk(value) as Value;
}
