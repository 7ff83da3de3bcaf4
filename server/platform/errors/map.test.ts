import { TRPCError } from "@trpc/server";
import { expect, test } from "vitest";
import { APP_ERROR_CODES, AppError, notFound } from "./app-error.ts";
import { appErrorIn, errorBody, httpStatusOf, trpcCodeOf } from "./map.ts";

test.each(APP_ERROR_CODES)("%s has an HTTP status, a tRPC code and keeps its words", (code) => {
  const error = new AppError(code, "what happened", { field: "a.b", remedy: "do this" });
  expect(httpStatusOf(error)).toBeGreaterThanOrEqual(400);
  expect(httpStatusOf(error)).toBeLessThan(504);
  expect(trpcCodeOf(error)).toMatch(/^[A-Z_]+$/);
  expect(errorBody(error, "trace")).toEqual({
    code,
    message: "what happened",
    traceId: "trace",
    field: "a.b",
    remedy: "do this",
  });
});

test("an unknown error tells its trace id and nothing of itself", () => {
  const error = new Error("password is hunter2 at /srv/app/file.ts");
  const body = errorBody(error, "trace-1");
  expect(body.code).toBe("internal");
  expect(JSON.stringify(body)).not.toMatch(/hunter2|srv/);
  expect(body.traceId).toBe("trace-1");
  expect(httpStatusOf(error)).toBe(500);
  expect(httpStatusOf("a string")).toBe(500);
});

test("an AppError is found in what a framework wrapped around it, but not endlessly deep", () => {
  const known = notFound("rotation");
  const wrapped = new TRPCError({ code: "BAD_REQUEST", cause: new Error("x", { cause: known }) });
  expect(appErrorIn(wrapped)).toBe(known);
  let deep: Error = known;
  for (let level = 0; level < 9; level++) deep = new Error("layer", { cause: deep });
  expect(appErrorIn(deep)).toBeUndefined();
});

test.each([
  ["57014", "unavailable"],
  ["57P01", "unavailable"],
  ["08006", "unavailable"],
])("the database's %s is %s", (code, expected) => {
  expect(appErrorIn(Object.assign(new Error("x"), { code }))?.code).toBe(expected);
});

test("a denied statement of the database is an internal error, never the caller's", () => {
  expect(appErrorIn(Object.assign(new Error("x"), { code: "42501" }))).toBeUndefined();
});

test("foreign and absent have the same words", () => {
  expect(notFound("alert")).toEqual(notFound("alert"));
  expect(notFound("alert").message).toBe("No such alert.");
});
