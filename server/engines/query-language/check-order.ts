import { type Checker, isStorable, plainValue } from "./check-context.ts";
import type { Condition } from "./condition.ts";
import { parseMoment } from "./moment.ts";
import { problem } from "./problem.ts";
import type { CompareOperator, Match, Pattern } from "./query-node.ts";

/** The stretch that a value names, its end exclusive, and the half-open interval that a match asks for. */
interface Stretch<Order> {
  readonly from: Order;
  readonly until: Order;
}
interface Interval<Order> {
  readonly from: Order | null;
  readonly until: Order | null;
}
type Read<Order> = (value: Pattern) => Stretch<Order> | undefined;

const TIME_EXAMPLES = "7d, today, 2026-11-22, 2026-11-22T08:30Z";

/** time:, since: and until:. A day as upper bound is included to its end. Times are UTC unless they say else. */
export function checkTime(
  field: "time" | "since" | "until",
  match: Match,
  checker: Checker,
): Condition | undefined {
  const read: Read<number> = (value) => readMoment(field, value, match, checker);
  if (field === "time") {
    const interval = intervalOf(match, read, checker);
    return interval && { kind: "time", ...interval };
  }
  if (match.kind !== "value") {
    const span = match.kind === "range" ? match.lower : match.value;
    const operator = match.kind === "range" ? "range" : match.operator;
    checker.report(problem("one_bound", span, { field, operator }));
    return undefined;
  }
  const stretch = read(match.value);
  if (!stretch) return undefined;
  return field === "since"
    ? { kind: "time", from: stretch.from, until: null }
    : { kind: "time", from: null, until: stretch.until };
}

function readMoment(
  field: string,
  value: Pattern,
  match: Match,
  checker: Checker,
): Stretch<number> | undefined {
  if (!isStorable(value, checker)) return undefined;
  const text = plainValue(value, field, checker);
  if (text === undefined) return undefined;
  const moment = parseMoment(text, checker.now);
  const isAgo = field === "time" && match.kind === "value" && /^\d+[smhdw]$/i.test(text);
  if (!moment || isAgo) {
    const expected = moment ? "moment" : "time";
    const example = moment ? `since:${text}` : TIME_EXAMPLES;
    checker.report(problem("bad_value", value, { value: text, expected, example }));
    return undefined;
  }
  return moment;
}

const MAX_INDEX = 2n ** 63n - 1n;

/** The event's place in the log. `index:*` asks whether it has one: whether it is sealed. */
export function checkIndex(match: Match, checker: Checker): Condition | undefined {
  if (match.kind === "value" && isStar(match.value))
    return { kind: "index", from: null, until: null };
  const read: Read<bigint> = (value) => {
    if (!isStorable(value, checker)) return undefined;
    const text = plainValue(value, "index", checker);
    if (text === undefined) return undefined;
    const index = /^\d{1,19}$/.test(text) ? BigInt(text) : -1n;
    if (index >= 0n && index < MAX_INDEX) return { from: index, until: index + 1n };
    const args = {
      value: text,
      expected: "place",
      example: "index:>=100",
    };
    checker.report(problem("bad_value", value, args));
    return undefined;
  };
  const interval = intervalOf(match, read, checker);
  return interval && { kind: "index", ...interval };
}

function intervalOf<Order extends number | bigint>(
  match: Match,
  read: Read<Order>,
  checker: Checker,
): Interval<Order> | undefined {
  if (match.kind === "value") return read(match.value);
  if (match.kind === "compare") {
    const stretch = read(match.value);
    return stretch && compared(match.operator, stretch);
  }
  const { lower, upper, includesLower, includesUpper } = match;
  const isOpen = [lower, upper].map(isStar);
  const low = isOpen[0] ? null : read(lower);
  const high = isOpen[1] ? null : read(upper);
  if (low === undefined || high === undefined) return undefined;
  const from = low && (includesLower ? low.from : low.until);
  const until = high && (includesUpper ? high.until : high.from);
  if (from !== null && until !== null && from >= until) {
    const span = { from: lower.from, to: upper.to };
    checker.report(problem("impossible_range", span));
    return undefined;
  }
  return { from, until };
}

function compared<Order>(
  operator: CompareOperator,
  { from, until }: Stretch<Order>,
): Interval<Order> {
  switch (operator) {
    case "=":
      return { from, until };
    case ">":
      return { from: until, until: null };
    case ">=":
      return { from, until: null };
    case "<":
      return { from: null, until: from };
    case "<=":
      return { from: null, until };
  }
}

function isStar({ chunks }: Pattern): boolean {
  return chunks.length === 2 && chunks.every((chunk) => chunk === "");
}
