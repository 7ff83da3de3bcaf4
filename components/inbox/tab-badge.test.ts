import { expect, test } from "vitest";
import { titleWithCount } from "./tab-badge.ts";

test.each([
  ["Home · Sovereign Console", 3, "(3) Home · Sovereign Console"],
  ["(3) Home", 4, "(4) Home"],
  ["(4) Home", 0, "Home"],
  ["(99+) Home", 100, "(99+) Home"],
  ["(draft) Home", 1, "(1) (draft) Home"],
])("%s with %i waiting reads %s", (title, count, expected) => {
  expect(titleWithCount(title, count)).toBe(expected);
});
