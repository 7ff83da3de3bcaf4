import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyzeQuery } from "./analyze-query.ts";
import { clearPart } from "./clear-part.ts";
import type { Condition } from "./condition.ts";
import { evaluateQuery } from "./evaluate-query.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "./testing/arbitrary-search.ts";

const conditionOf = (query: string): Condition => {
  const { condition } = analyzeQuery(query, { now: NOW });
  if (!condition) throw new Error(`${query} is no query`);
  return condition;
};

function kindsOf(condition: Condition): string[] {
  if (condition.kind === "not") return kindsOf(condition.of);
  if (condition.kind === "and" || condition.kind === "or") return condition.of.flatMap(kindsOf);
  return [condition.kind];
}

describe("what a query asks of the clear columns", () => {
  test("loses no event that fits, and asks for no word", () => {
    let narrowed = 0;
    fc.assert(
      fc.property(arbitraryQuery, arbitraryEvent, (query, event) => {
        const { condition } = analyzeQuery(query, { now: NOW });
        if (!condition) return;
        const clear = clearPart(condition);
        expect(kindsOf(clear)).not.toContain("words");
        expect(kindsOf(clear)).not.toContain("word-prefix");
        expect(kindsOf(clear)).not.toContain("whole");
        const isIn = evaluateQuery(clear, event);
        if (evaluateQuery(condition, event)) expect(isIn, query).toBe(true);
        else if (!isIn) narrowed += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(narrowed).toBeGreaterThan(100);
  });

  test.each([
    ["outcome:denied payload.region:muscat", { outcome: "denied" }, true],
    ["outcome:denied payload.region:muscat", { outcome: "failed" }, false],
    ["outcome:denied OR muscat", { outcome: "failed" }, true],
    ["-(outcome:denied muscat)", { outcome: "denied" }, true],
    ["-(outcome:denied OR muscat)", { outcome: "denied" }, false],
    ["-(-(outcome:denied OR muscat))", { outcome: "failed" }, true],
  ] as const)("%s of an event with %o: %s", (query, changes, isIn) => {
    const [event] = fc.sample(arbitraryEvent, { numRuns: 1, seed: 1 });
    if (!event) throw new Error("no event");
    expect(evaluateQuery(clearPart(conditionOf(query)), { ...event, ...changes })).toBe(isIn);
  });
});
