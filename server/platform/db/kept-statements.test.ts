import { expect, test } from "vitest";
import { isKept } from "./kept-statements.ts";

test.each([
  ["SELECT a FROM t WHERE b = $1", true],
  ["SELECT count(*) FROM t", true],
  ["SELECT * FROM t", false],
  ["SELECT r.*, b.name FROM r JOIN b USING (id)", false],
  ["UPDATE t SET a = 1 RETURNING *", false],
])("%s: %s, for a migration may change the columns of a table", (text, is) => {
  expect([isKept(text), isKept(text)]).toEqual([is, is]);
});

test("there are only so many, and those that are kept stay kept", () => {
  for (let at = 0; at < 1_000; at++) isKept(`SELECT ${at}`);
  expect(isKept("SELECT 'one more'")).toBe(false);
  expect(isKept("SELECT 0")).toBe(true);
});
