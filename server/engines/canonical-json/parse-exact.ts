import type { JsonValue } from "./canonical-json.ts";

/** Digits enough that a double may not hold them: 2^53 has sixteen. */
const MANY_DIGITS = /\d{16}/;

/**
 * JSON as it was written: a whole number that a double can't hold (Falco counts time in nanoseconds)
 * stands as text, digit for digit, where `JSON.parse` would quietly give another number. Throws
 * SyntaxError.
 */
export function parseExact(text: string): JsonValue {
  if (!MANY_DIGITS.test(text)) return JSON.parse(text) as JsonValue;
  return JSON.parse(text, exactly as (key: string, value: unknown) => unknown) as JsonValue;
}

/** ECMAScript's JSON.parse with source text access; members that are no primitives have no source. */
function exactly(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined)
    return value;
  return /^-?\d+$/.test(source) ? source : value;
}
