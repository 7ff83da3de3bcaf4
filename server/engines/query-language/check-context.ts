import { MAX_VALUE_LENGTH, type PrefixBounds } from "./limits.ts";
import { problem, type Report } from "./problem.ts";
import type { Pattern } from "./query-node.ts";

/** What a query is checked against. */
export interface CheckContext {
  /** The present, in milliseconds since 1970: `since:7d` counts from it. */
  readonly now: number;
  /** Types that occur in the log, when known: others get a warning. */
  readonly knownTypes?: readonly string[];
  /** How long prefixes in free text, actors and payloads may be; what the index holds. */
  readonly prefixBounds?: PrefixBounds;
}

export interface Checker extends CheckContext {
  readonly report: Report;
}

/** Whether the value can be handed to a database at all; reports it when not. */
export function isStorable(value: Pattern, { report }: Checker): boolean {
  const text = value.chunks.join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
    report(problem("bad_characters", value));
    return false;
  }
  if (text.length > MAX_VALUE_LENGTH) {
    report(problem("value_too_long", value, { max: String(MAX_VALUE_LENGTH) }));
    return false;
  }
  if (text === "" && value.chunks.length === 1) {
    report(problem("empty_value", value));
    return false;
  }
  return true;
}

/** The value without a wildcard; reports a wildcard, for which `field` has no use. */
export function plainValue(value: Pattern, field: string, checker: Checker): string | undefined {
  const [only, more] = value.chunks;
  if (more === undefined) return only;
  checker.report(problem("no_wildcard", value, { field }));
  return undefined;
}
