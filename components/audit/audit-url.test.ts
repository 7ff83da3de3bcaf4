import { expect, test } from "vitest";
import { auditSearchOf } from "./audit-url.ts";

test("query and time come from the URL", () => {
  expect(auditSearchOf({ q: "outcome:denied", at: "2026-11-22T05:00:00Z" })).toEqual({
    query: "outcome:denied",
    at: new Date("2026-11-22T05:00:00Z"),
  });
});

test("without them, or with a time that is none, the page begins at the newest event", () => {
  expect(auditSearchOf({})).toEqual({ query: "" });
  expect(auditSearchOf({ at: "soon" })).toEqual({ query: "" });
});
