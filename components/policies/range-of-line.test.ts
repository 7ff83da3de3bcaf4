import { expect, test } from "vitest";
import { parseSecretPolicies } from "#server/engines/secret-policy/parse-policies.ts";
import { NEW_POLICY } from "./new-policy.ts";
import { rangeOfLine } from "./range-of-line.ts";

test.each([
  [1, "one"],
  [2, ""],
  [3, "three"],
  [0, "one"],
  [99, "three"],
])("line %i is %o", (line, text) => {
  const all = "one\n\nthree";
  expect(all.slice(...rangeOfLine(all, line))).toBe(text);
});

test("leads to the line that the parser names", () => {
  const text = NEW_POLICY.replace("90d", "-90d");
  const [problem] = parseSecretPolicies(text).problems;
  expect(text.slice(...rangeOfLine(text, problem?.line ?? 0)).trim()).toBe("maxTTL: -90d");
});

test("a new policy begins with a valid text", () => {
  expect(parseSecretPolicies(NEW_POLICY).problems).toEqual([]);
});
