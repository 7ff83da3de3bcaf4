import { expect, it } from "vitest";
import { withParams } from "./url-text.ts";

it("sets, replaces and takes away, and leaves the rest", () => {
  expect(withParams("/t/a/audit", "type=x&page=2", { page: null, actor: "worker" })).toBe(
    "/t/a/audit?type=x&actor=worker",
  );
  expect(withParams("/t/a", "state=due", { state: "" })).toBe("/t/a");
  expect(withParams("/t/a", "", { q: "a&b=c" })).toBe("/t/a?q=a%26b%3Dc");
});
