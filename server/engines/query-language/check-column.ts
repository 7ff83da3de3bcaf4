import { type Checker, isStorable, plainValue } from "./check-context.ts";
import type { Condition, TextColumn } from "./condition.ts";
import { type FieldDefinition, nearest } from "./fields.ts";
import { problem } from "./problem.ts";
import type { Match, Pattern } from "./query-node.ts";

/** The single value of a match by equality; reports comparisons and ranges. */
export function singleValue(match: Match, field: string, checker: Checker): Pattern | undefined {
  if (match.kind === "value" || (match.kind === "compare" && match.operator === "=")) {
    return isStorable(match.value, checker) ? match.value : undefined;
  }
  const span =
    match.kind === "range" ? { from: match.lower.from, to: match.upper.to } : match.value;
  const operator = match.kind === "range" ? "range" : match.operator;
  checker.report(problem("no_order", span, { field, operator }));
  return undefined;
}

/** Equality, or a prefix by its trailing star. */
export function checkText(
  field: string,
  column: TextColumn,
  match: Match,
  checker: Checker,
): Condition | undefined {
  const value = singleValue(match, field, checker);
  if (!value) return undefined;
  const [text = "", rest, ...more] = value.chunks;
  if (rest === undefined) return { kind: "equals", column, value: text };
  if (rest === "" && more.length === 0 && text !== "" && match.kind === "value") {
    return { kind: "prefix", column, prefix: text };
  }
  checker.report(problem("wildcard_place", value, { field, ...(text && { prefix: text }) }));
  return undefined;
}

export function checkType(match: Match, checker: Checker): Condition | undefined {
  const condition = checkText("type", "type", match, checker);
  const known = checker.knownTypes;
  if (condition?.kind === "equals" && known && !known.includes(condition.value)) {
    const close = nearest(condition.value, known);
    const span = match.kind === "range" ? match.lower : match.value;
    const fix = close === undefined ? undefined : { from: span.from, to: span.to, insert: close };
    checker.report(problem("unseen_type", span, { value: condition.value, nearest: close }, fix));
  }
  return condition;
}

/** One of a closed list, in any case. */
export function checkChoice(
  field: string,
  { column, choices }: Extract<FieldDefinition, { kind: "choice" }>,
  match: Match,
  checker: Checker,
): Condition | undefined {
  const value = singleValue(match, field, checker);
  if (!value) return undefined;
  if (value.chunks.length > 1) {
    checker.report(problem("no_wildcard", value, { field, choices: choices.join(", ") }));
    return undefined;
  }
  const text = value.chunks[0] ?? "";
  const choice = choices.find((each) => each === text.toLowerCase());
  if (choice !== undefined) return { kind: "equals", column, value: choice };
  const close =
    nearest(text, choices) ??
    choices.find((each) => each.slice(0, 4) === text.slice(0, 4).toLowerCase());
  const args = {
    value: text,
    field,
    choices: choices.join(", "),
    nearest: close,
  };
  const fix = close ? { from: value.from, to: value.to, insert: close } : undefined;
  checker.report(problem("bad_choice", value, args, fix));
  return undefined;
}

/** 32 hexadecimal digits, three or more of their beginning with a star, or a whole traceparent. */
export function checkTrace(match: Match, checker: Checker): Condition | undefined {
  const condition = checkText("trace", "traceId", match, checker);
  if (!condition) return undefined;
  if (condition.kind === "prefix" && /^[0-9a-f]{3,32}$/i.test(condition.prefix)) {
    return { ...condition, prefix: condition.prefix.toLowerCase() };
  }
  const written = condition.kind === "equals" ? condition.value.toLowerCase() : "";
  const value =
    /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(written)?.[1] ?? written;
  if (/^[0-9a-f]{32}$/.test(value)) return { kind: "equals", column: "traceId", value };
  badValue(match, "trace", "trace:4bf92f3577b34da6a3ce929d0e0e4736", checker);
  return undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function checkEventId(match: Match, checker: Checker): Condition | undefined {
  const value = singleValue(match, "id", checker);
  const text = value && plainValue(value, "id", checker)?.toLowerCase();
  if (text === undefined) return undefined;
  if (UUID.test(text)) return { kind: "event", eventId: text };
  badValue(match, "event", "id:0190c2f4-5a7e-7cc1-a0d3-3f6b2c9e8d10", checker);
  return undefined;
}

function badValue(match: Match, expected: string, example: string, { report }: Checker): void {
  const span = match.kind === "range" ? match.lower : match.value;
  report(problem("bad_value", span, { value: span.chunks.join("*"), expected, example }));
}
