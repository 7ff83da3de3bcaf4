import { type Checker, isStorable } from "./check-context.ts";
import type { Condition } from "./condition.ts";
import { PREFIX_BOUNDS } from "./limits.ts";
import { problem } from "./problem.ts";
import type { Scope } from "./query-event.ts";
import type { Match, Pattern } from "./query-node.ts";
import { wordsOf } from "./words.ts";

/** Free text, actors and payload fields: words side by side, the whole value, or a bounded prefix. */
export function checkWords(scope: Scope, match: Match, checker: Checker): Condition | undefined {
  if (match.kind === "range") {
    const span = { from: match.lower.from, to: match.upper.to };
    checker.report(problem("no_order", span, { field: scope, scope, operator: "range" }));
    return undefined;
  }
  const { value } = match;
  if (!isStorable(value, checker)) return undefined;
  if (match.kind === "value") return wordCondition(scope, value, checker);
  if (match.operator !== "=") {
    checker.report(problem("no_order", value, { field: scope, scope, operator: match.operator }));
  } else if (value.chunks.length > 1) {
    checker.report(problem("wildcard_with_equality", value));
  } else return { kind: "whole", scope, value: value.chunks[0] ?? "" };
  return undefined;
}

function wordCondition(scope: Scope, value: Pattern, checker: Checker): Condition | undefined {
  const [text = "", rest, ...more] = value.chunks;
  const words = wordsOf(text);
  if (rest === undefined) {
    if (words.length > 0) return { kind: "words", scope, words };
    checker.report(problem("no_word", value));
    return undefined;
  }
  const bounds = checker.prefixBounds ?? PREFIX_BOUNDS;
  const letters = [...(words[0] ?? "")];
  const args = { scope, min: String(bounds.min), max: String(bounds.max) };
  if (rest !== "" || more.length > 0) {
    checker.report(problem("wildcard_in_word", value, args));
  } else if (words.length > 1 || !/[\p{L}\p{N}\p{M}]$/u.test(text)) {
    checker.report(problem("prefix_of_words", value));
  } else if (letters.length < bounds.min || letters.length > bounds.max) {
    const isLong = letters.length > bounds.max;
    const shorter = isLong ? letters.slice(0, bounds.max).join("") : undefined;
    const length = String(letters.length);
    checker.report(problem("prefix_length", value, { ...args, length, shorter }));
  } else return { kind: "word-prefix", scope, prefix: letters.join("") };
  return undefined;
}
