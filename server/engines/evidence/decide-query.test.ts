import fc from "fast-check";
import { expect, test } from "vitest";
import { analyzeQuery } from "../query-language/analyze-query.ts";
import { evaluateQuery } from "../query-language/evaluate-query.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "../query-language/testing/arbitrary-search.ts";
import { decideQuery } from "./decide-query.ts";

test("what is decided without a payload stays so with any", () => {
  let decided = 0;
  fc.assert(
    fc.property(arbitraryQuery, arbitraryEvent, (query, event) => {
      const { condition } = analyzeQuery(query, { now: NOW });
      if (!condition) return;
      const verdict = decideQuery(condition, { ...event, payload: null, actorNames: [] });
      if (verdict === undefined) return;
      decided += 1;
      expect(evaluateQuery(condition, event)).toBe(verdict);
    }),
    { numRuns: 2_000 },
  );
  expect(decided).toBeGreaterThan(200);
});
