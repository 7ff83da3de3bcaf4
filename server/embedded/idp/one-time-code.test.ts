import { expect, test } from "vitest";
import { acceptedStep, codeOf, stepAt } from "./one-time-code.ts";

const SECRET = "12345678901234567890";

test.each([
  // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
  [59, "287082"],
  [1111111109, "081804"],
  [1111111111, "050471"],
  [1234567890, "005924"],
  [2000000000, "279037"],
  [20000000000, "353130"],
])("at %d seconds the code is %s", (seconds, code) => {
  expect(codeOf(SECRET, stepAt(seconds * 1_000))).toBe(code);
});

test("a code counts once, and only near its time", () => {
  const code = codeOf(SECRET, 1_000);
  expect(acceptedStep(SECRET, code, 1_000, 0)).toBe(1_000);
  expect(acceptedStep(SECRET, code, 1_001, 0)).toBe(1_000);
  expect(acceptedStep(SECRET, code, 1_000, 1_000)).toBeNull();
  expect(acceptedStep(SECRET, code, 1_002, 0)).toBeNull();
  expect(acceptedStep(SECRET, "000000", 1_000, 0)).toBeNull();
});
