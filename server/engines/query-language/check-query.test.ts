import { describe, expect, test } from "vitest";
import { analyzeQuery } from "./analyze-query.ts";
import type { Condition } from "./condition.ts";
import { NOW } from "./testing/arbitrary-search.ts";

const at = (text: string) => new Date(text).getTime();
const analyze = (text: string) =>
  analyzeQuery(text, {
    now: NOW,
    knownTypes: ["runtime.access.denied", "runtime.secrets.rotated"],
  });

describe("what is meant", () => {
  const time = (from: string | null, until: string | null): Condition => ({
    kind: "time",
    from: from === null ? null : at(from),
    until: until === null ? null : at(until),
  });
  const meanings: [text: string, condition: Condition][] = [
    ["", { kind: "and", of: [] }],
    ["type:runtime.secrets.*", { kind: "prefix", column: "type", prefix: "runtime.secrets." }],
    ["outcome:Denied", { kind: "equals", column: "outcome", value: "denied" }],
    ["kind:worker", { kind: "equals", column: "actorKind", value: "worker" }],
    ["actor:Alice", { kind: "words", scope: "actor", words: ["alice"] }],
    [
      "actor:user:0123456789abcdef0123456789abcdef",
      { kind: "equals", column: "actorRef", value: "user:0123456789abcdef0123456789abcdef" },
    ],
    ['"Signing Key"', { kind: "words", scope: "text", words: ["signing", "key"] }],
    ["signing-key", { kind: "words", scope: "text", words: ["signing", "key"] }],
    ["sign*", { kind: "word-prefix", scope: "text", prefix: "sign" }],
    ["payload.region:Muscat", { kind: "words", scope: "payload.region", words: ["muscat"] }],
    ["payload.region:=Muscat", { kind: "whole", scope: "payload.region", value: "Muscat" }],
    [
      "trace:00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      { kind: "equals", column: "traceId", value: "4bf92f3577b34da6a3ce929d0e0e4736" },
    ],
    ["since:7d", time("2026-11-15T05:00:00Z", null)],
    ["since:90m", time("2026-11-22T03:30:00Z", null)],
    ["since:2w", time("2026-11-08T05:00:00Z", null)],
    ["since:yesterday", time("2026-11-21T00:00:00Z", null)],
    ["until:2026-11-22", time(null, "2026-11-23T00:00:00Z")],
    ["until:today", time(null, "2026-11-23T00:00:00Z")],
    ["time:2026-11", time("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")],
    ["time:2026", time("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")],
    ["time:2024-02-29", time("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z")],
    ["time:2026-11-22T08:30+04:00", time("2026-11-22T04:30:00Z", "2026-11-22T04:31:00Z")],
    ['time:"2026-11-22 08:30:15.5Z"', time("2026-11-22T08:30:15.500Z", "2026-11-22T08:30:15.501Z")],
    ["time:[2026-11-01 TO 2026-11-22]", time("2026-11-01T00:00:00Z", "2026-11-23T00:00:00Z")],
    ["time:{2026-11-01 TO 2026-11-22}", time("2026-11-02T00:00:00Z", "2026-11-22T00:00:00Z")],
    ["time:[* TO 1d]", time(null, "2026-11-21T05:00:00.001Z")],
    ["time:>2026-11-01", time("2026-11-02T00:00:00Z", null)],
    ["time:<=2026-11-01", time(null, "2026-11-02T00:00:00Z")],
    ["index:>100", { kind: "index", from: 101n, until: null }],
    ["index:<=100", { kind: "index", from: null, until: 101n }],
    ["index:[5 TO 7}", { kind: "index", from: 5n, until: 7n }],
    [
      "index:9007199254740993",
      { kind: "index", from: 9007199254740993n, until: 9007199254740994n },
    ],
    ["index:*", { kind: "index", from: null, until: null }],
  ];
  test.each(meanings)("%s", (text, condition) => {
    const { problems, condition: checked } = analyze(text);
    expect(problems).toEqual([]);
    expect(checked).toEqual(condition);
  });
});

describe("mistakes", () => {
  const mistakes: [text: string, ...found: [code: string, where: string][]][] = [
    ["a AND", ["missing_operand", "AND"]],
    ["OR a", ["missing_operand", "OR"]],
    ["a OR OR b", ["missing_operand", "OR"]],
    ["NOT", ["missing_operand", "NOT"]],
    ["- a", ["missing_negated", "-"]],
    ["(a OR b", ["unclosed_group", "("]],
    ["a))", ["unopened", "))"]],
    ["a ()", ["empty_group", "()"]],
    ['a "b c', ["unclosed_phrase", '"b c']],
    ["actor: alice", ["missing_value", "actor:"]],
    ["(actor:) x", ["missing_value", "actor:"]],
    [":a", ["no_field_before", ":"]],
    ["[1 TO 2]", ["no_field_before", "[1 TO 2]"]],
    ["time:[2026 2027]", ["bad_range", "[2026 2027]"]],
    ["x [", ["unexpected", "["]],
    ["x\\", ["dangling_backslash", "\\"]],
    ["payload.n:-5", ["dash_value", "-5"]],
    ["constructor:x", ["unknown_field", "constructor"]],
    ["payload:x", ["missing_path", "payload"]],
    ["outcome:deneid", ["bad_choice", "deneid"]],
    ["outcome:d*", ["no_wildcard", "d*"]],
    ["since:2026-02-30", ["bad_value", "2026-02-30"]],
    ["since:tomorow", ["bad_value", "tomorow"]],
    ["time:7d", ["bad_value", "7d"]],
    ["trace:12", ["bad_value", "12"]],
    ["id:12", ["bad_value", "12"]],
    ["index:x", ["bad_value", "x"]],
    ["index:9223372036854775808", ["bad_value", "9223372036854775808"]],
    ["index:[7 TO 5]", ["impossible_range", "7 TO 5"]],
    ["index:{5 TO 5}", ["impossible_range", "5 TO 5"]],
    ["time:[2026-11-22 TO 2026-11-01]", ["impossible_range", "2026-11-22 TO 2026-11-01"]],
    ["type:*.rotated", ["wildcard_place", "*.rotated"]],
    ["type:a*b*", ["wildcard_place", "a*b*"]],
    ["subject:*", ["wildcard_place", "*"]],
    ["*ing", ["wildcard_in_word", "*ing"]],
    ["si*", ["prefix_length", "si*"]],
    ["internatio*", ["prefix_length", "internatio*"]],
    ["signing-ke*", ["prefix_of_words", "signing-ke*"]],
    ["payload.a:>5", ["no_order", "5"]],
    ["payload.a:[1 TO 5]", ["no_order", "1 TO 5"]],
    ["payload.a:=x*", ["wildcard_with_equality", "x*"]],
    ["type:>a", ["no_order", "a"]],
    ["since:>7d", ["one_bound", "7d"]],
    ['"--"', ["no_word", '"--"']],
    ['type:""', ["empty_value", '""']],
    ["type:a\\\u0001", ["bad_characters", "a\\\u0001"]],
    ["outcome:denied outcome:failed", ["contradiction", "outcome:failed"]],
    ["since:1d until:2d", ["contradiction", "until:2d"]],
    ["a or b", ["lowercase_operator", "or"]],
    ["type:runtime.acess.denied", ["unseen_type", "runtime.acess.denied"]],
    [
      "actr:x outcome:no type:*y since:never (z",
      ["unknown_field", "actr"],
      ["bad_choice", "no"],
      ["wildcard_place", "*y"],
      ["bad_value", "never"],
      ["unclosed_group", "("],
    ],
  ];
  test.each(mistakes)("%s", (text, ...expected) => {
    const { problems, condition } = analyze(text);
    const found = problems.map(({ code, from, to }) => [code, text.slice(from, to)]);
    expect(found).toEqual(expected);
    for (const { message, remedy } of problems)
      expect(`${message} ${remedy}`).toMatch(/\w.*\..*\w/);
    expect(condition === null).toBe(problems.some(({ severity }) => severity === "error"));
  });

  const fixes: [text: string, mended: string][] = [
    ["outcom:denied", "outcome:denied"],
    ["outcome:success", "outcome:succeeded"],
    ["type:runtime.acess.denied", "type:runtime.access.denied"],
    ["(a OR b", "(a OR b)"],
    ['a "b c', 'a "b c"'],
    ["a)", "a"],
    ["a or b", "a OR b"],
    ["payload.n:-5", 'payload.n:"-5"'],
  ];
  test.each(fixes)("%s is mended to %s", (text, mended) => {
    const fix = analyze(text).problems[0]?.fix;
    if (!fix) throw new Error("no fix");
    const result = text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
    expect(result).toBe(mended);
    expect(analyze(result).problems).toEqual([]);
  });

  test("payload errors say that the payload may be encrypted", () => {
    for (const text of ["payload.a:>5", "payload.a:[1 TO 2]", "payload.a:*x"]) {
      expect(analyze(text).problems[0]?.remedy).toMatch(/may be encrypted.*word.*equality.*prefix/);
    }
  });
});
