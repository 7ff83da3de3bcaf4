import type { Hints } from "./pools.ts";
import { IdSlot } from "./slots.ts";

/** Fills fields with what the record named beside them says of itself, e.g. its digest. */
export function consistentInput(input: unknown, filled: unknown, hints: Hints): unknown {
  if (filled === null || typeof filled !== "object" || Array.isArray(filled)) return filled;
  const slots = Object.values(input as object).filter((value) => value instanceof IdSlot);
  const known = slots.length > 0 ? hints.get(String(idFieldOf(input, filled))) : undefined;
  if (!known) return filled;
  const isId = (key: string) => (input as Record<string, unknown>)[key] instanceof IdSlot;
  return Object.fromEntries(
    Object.entries(filled).map(([key, value]) => [
      key,
      !isId(key) && typeof value === "string" && /Digest$/.test(key)
        ? (known[key] ?? value)
        : value,
    ]),
  );
}

/** The value of the first id field. */
function idFieldOf(input: unknown, filled: object): unknown {
  const key = Object.entries(input as object).find(([, value]) => value instanceof IdSlot)?.[0];
  return key === undefined ? undefined : (filled as Record<string, unknown>)[key];
}
