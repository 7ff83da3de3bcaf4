import { expect, test } from "vitest";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { narrowedBy, quoted, withinTime } from "./query-text.ts";

const from = new Date("2026-11-20T00:00:00Z");
const until = new Date("2026-11-21T00:00:00Z");
const isRead = (query: string) => analyzeQuery(query, { now: Date.now() }).condition !== null;

test.each([
  ["", "outcome:denied", "outcome:denied"],
  ["key", "outcome:denied", "key outcome:denied"],
  ["outcome:denied key", "outcome:denied", "outcome:denied key"],
  ["a OR b", "outcome:denied", "(a OR b) outcome:denied"],
  ["(a OR b)", "outcome:denied", "(a OR b) outcome:denied"],
  ["(a OR b) OR (c OR d)", "outcome:denied", "((a OR b) OR (c OR d)) outcome:denied"],
])("%s narrowed by %s", (query, condition, expected) => {
  expect(narrowedBy(query, condition)).toBe(expected);
  expect(isRead(expected)).toBe(true);
});

test.each(["", "since:7d key", "time:[2026-01-01 TO now] key", "until:2026-11-01 since:7d"])(
  "a brush over “%s” leaves one condition on the time, and the language reads it",
  (query) => {
    const narrowed = withinTime(query, from, until);
    expect(narrowed.match(/time:|since:|until:/g)).toHaveLength(1);
    expect(narrowed.includes("key")).toBe(query.includes("key"));
    expect(isRead(narrowed)).toBe(true);
  },
);

test.each(["runtime.secrets.rotated", "-a", "two words", 'say "no"', "back\\slash", "مسقط"])(
  "%s is one value when quoted",
  (value) => {
    expect(isRead(`subject:${quoted(value)}`)).toBe(true);
  },
);
