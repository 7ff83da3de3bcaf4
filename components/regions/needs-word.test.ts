import { expect, test } from "vitest";
import { STORE_STATES } from "#server/features/regions/schema.ts";
import { needsWord } from "./needs-word.ts";

const observedAt = new Date();

test("a store that rotations write to and that does not serve is told of, whatever its name for that", () => {
  for (const state of STORE_STATES) {
    expect([state, needsWord({ role: "primary", state, observedAt })]).toEqual([
      state,
      state !== "active",
    ]);
    expect(needsWord({ role: null, state, observedAt })).toBe(state !== "active");
    expect(needsWord({ role: "read-only", state, observedAt })).toBe(false);
  }
});

test("one that nobody has looked at yet is not in trouble", () => {
  expect(needsWord({ role: "primary", state: "unknown", observedAt: null })).toBe(false);
});
