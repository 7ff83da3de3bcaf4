import { expect, it } from "vitest";
import { problemOf } from "./problem.ts";

it("reads what the server said", () => {
  const app = { code: "conflict", message: "It is rotating already.", traceId: "ab" };
  expect(problemOf(Object.assign(new Error("x"), { data: { app } }))).toEqual(app);
});

it("takes anything else for a server that did not answer", () => {
  for (const error of [new TypeError("fetch failed"), null, undefined, { data: null }]) {
    expect(problemOf(error).code).toBe("network");
  }
});
