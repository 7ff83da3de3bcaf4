import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyzeQuery } from "./analyze-query.ts";
import { completeQuery } from "./complete-query.ts";
import { highlightQuery } from "./highlight-query.ts";
import { parseQuery } from "./parse-query.ts";
import { printQuery } from "./print-query.ts";
import { arbitraryNode, withoutSpans } from "./testing/arbitrary-node.ts";

describe("reading", () => {
  const canonical: [written: string, printed: string][] = [
    ["", ""],
    ["a b", "a b"],
    ["a AND b", "a b"],
    ["a OR b c", "a OR b c"],
    ["(a OR b) c", "(a OR b) c"],
    ["((a (b)))", "a b"],
    ["NOT a", "-a"],
    ["-(a b)", "-(a b)"],
    ["NOT NOT a", "--a"],
    ['"signing key"', '"signing key"'],
    ['"one"', "one"],
    ["actor:(alice OR -bob)", "actor:alice OR -actor:bob"],
    ["actor:(a b) c", "actor:a actor:b c"],
    ["type:runtime.secrets.*", "type:runtime.secrets.*"],
    ["type:runtime\\*", 'type:"runtime*"'],
    ["a\\ b*", "a\\ b*"],
    ["time:[2026-11-01 TO 2026-11-22}", "time:[2026-11-01 TO 2026-11-22}"],
    ["index:> 100", "index:>100"],
    ["TO", '"TO"'],
    ["payload.odd\\ key:x", "payload.odd\\ key:x"],
    ["subject:a:b/c", "subject:a:b/c"],
    ["signing-key", "signing-key"],
  ];
  test.each(canonical)("%s is %s", (written, printed) => {
    const { node, problems } = parseQuery(written);
    expect(problems).toEqual([]);
    expect(printQuery(node)).toBe(printed);
  });

  test("nodes say where they stand", () => {
    const text = 'actor:alice OR -"a b"';
    const { node } = parseQuery(text);
    if (node?.kind !== "or") throw new Error("not an or");
    expect(node.parts.map(({ from, to }) => text.slice(from, to))).toEqual([
      "actor:alice",
      '-"a b"',
    ]);
    const [field] = node.parts;
    if (field?.kind !== "field" || field.match.kind !== "value") throw new Error("not a field");
    expect(field.field).toEqual({ from: 0, to: 5, name: "actor" });
    expect(field.match.value).toEqual({ from: 6, to: 11, chunks: ["alice"] });
  });

  test("what is printed reads as the same query, and prints the same", () => {
    fc.assert(
      fc.property(arbitraryNode, (node) => {
        const printed = printQuery(node);
        const { node: read, problems } = parseQuery(printed);
        expect(problems, printed).toEqual([]);
        expect(withoutSpans(read), printed).toEqual(withoutSpans(node));
        expect(printQuery(read)).toBe(printed);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("hostile input", () => {
  const symbols = fc.constantFrom(
    ...'()[]{}":-\\*<>= ab\n',
    "AND ",
    "OR ",
    "NOT ",
    "TO ",
    "actor:",
    "time:[",
    "\ud800",
  );
  const garbage = fc.oneof(
    fc.array(symbols, { maxLength: 80 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );

  test("never throws; every place is inside the text; a query with an error does not run", () => {
    fc.assert(
      fc.property(garbage, fc.nat(100), (text, cursor) => {
        const { condition, problems, node } = analyzeQuery(text, { now: 0 });
        for (const { from, to, message, remedy } of problems) {
          expect(0 <= from && from <= to && to <= text.length).toBe(true);
          expect(message).not.toBe("");
          expect(remedy).not.toMatch(/undefined/);
        }
        expect(condition === null).toBe(problems.some(({ severity }) => severity === "error"));
        expect(parseQuery(printQuery(node)).problems).toEqual([]);
        let end = 0;
        for (const { from, to } of highlightQuery(text)) {
          expect(from >= end && to > from && to <= text.length).toBe(true);
          end = to;
        }
        const { from, to } = completeQuery(text, cursor);
        expect(0 <= from && from <= to && to <= text.length).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  const SIZE = 10_240;
  const pieces = [
    "(",
    ")",
    "[",
    "a:(",
    "a:[",
    "-",
    "NOT ",
    "AND OR ",
    ":",
    "\\",
    '"',
    "a ",
    "a OR (",
    "*",
    "{]",
    "a:",
  ];
  const mixed = Array.from(
    { length: SIZE },
    (_, at) => '()[]{}":-\\ a:<>=*\n'[(at * 7_919 + at * at) % 18],
  );
  test.each([...pieces.map((piece) => piece.repeat(SIZE / piece.length)), mixed.join("")])(
    "10 kB of garbage takes less than 50 ms: %#",
    (text) => {
      analyzeQuery(text, { now: 0 });
      // The thread's own time: the machine may be busy with something else.
      const millis = Array.from({ length: 5 }, () => {
        const start = process.threadCpuUsage();
        const { problems } = analyzeQuery(text, { now: 0 });
        const { user, system } = process.threadCpuUsage(start);
        expect(problems.map(({ code }) => code)).toContain("too_long");
        return (user + system) / 1_000;
      });
      expect(Math.min(...millis)).toBeLessThan(50);
    },
  );

  test("nesting and size are bounded, and told so", () => {
    const codes = (text: string) => analyzeQuery(text, { now: 0 }).problems.map(({ code }) => code);
    expect(codes(`${"(".repeat(40)}a${")".repeat(40)}`)).toEqual([]);
    expect(codes(`${"(".repeat(41)}a${")".repeat(41)}`)).toContain("too_deep");
    expect(codes(`${"-".repeat(1_000)}a`)).toContain("too_deep");
    expect(codes("a ".repeat(201))).toEqual(["too_many"]);
    expect(codes("ab ".repeat(2_000))).toContain("too_long");
    expect(codes("x".repeat(257))).toEqual(["value_too_long"]);
  });
});
