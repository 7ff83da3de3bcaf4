import { expect, it } from "vitest";
import { pollMillis } from "./poll-millis.ts";

it("looks often while something moves, seldom while it waits, never when all is over", () => {
  expect(pollMillis([null, "done", "rolled_back"])).toBeNull();
  expect(pollMillis([])).toBeNull();
  expect(pollMillis(["grace", "done", "awaiting_approval"])).toBe(10_000);
  expect(pollMillis(["grace", "applied"])).toBe(1_000);
  expect(pollMillis(["indeterminate"])).toBe(1_000);
});
