import { expect, test } from "vitest";
import { recordedChange } from "./recorded-change.ts";

test.each([
  [
    { before: { a: 1 }, after: { a: 2 }, reason: "x" },
    { before: { a: 1 }, after: { a: 2 } },
  ],
  [
    { before: null, after: { a: 2 } },
    { before: null, after: { a: 2 } },
  ],
  [
    { before: ["a"], after: ["a", "b"] },
    { before: { value: ["a"] }, after: { value: ["a", "b"] } },
  ],
  [
    { change: { before: "open", after: "closed" } },
    { before: { value: "open" }, after: { value: "closed" } },
  ],
  [{ before: "suppressed", act: "x" }, null],
  [{ reason: "x" }, null],
  [null, null],
  ["text", null],
])("%j", (payload, expected) => {
  expect(recordedChange(payload)).toEqual(expected);
});
