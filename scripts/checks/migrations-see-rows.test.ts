import { expect, test } from "vitest";
import { migrationsSeeRows } from "./migrations-see-rows.ts";

const made = {
  path: "1/migration.sql",
  sql: "CREATE TABLE hold (\n);\nCALL app.protect('hold', 'SELECT', '');",
};
const migration = (sql: string) => ({ path: "2/migration.sql", sql });
const problems = (sql: string) => migrationsSeeRows([made, migration(sql)]);

test("rows that the owner does not see are not changed", () => {
  expect(problems("-- why\nUPDATE hold SET a = 1;")).toEqual([
    { file: "2/migration.sql", line: 2, problem: expect.stringContaining("the owner of hold") },
  ]);
  expect(problems("DELETE FROM hold;")).toHaveLength(1);
});

test("with the rows seen, and hidden again, all is well", () => {
  const seen = "ALTER TABLE hold NO FORCE ROW LEVEL SECURITY;\nUPDATE hold SET a = 1;";
  expect(problems(`${seen}\nALTER TABLE hold FORCE ROW LEVEL SECURITY;`)).toEqual([]);
  expect(problems(seen)).toEqual([
    { file: "2/migration.sql", line: 1, problem: expect.stringContaining("is left without") },
  ]);
});

test("a table that is not protected, and the body of a function, are nobody's business", () => {
  expect(problems("UPDATE version SET a = 1;\n  UPDATE hold SET a = 1;")).toEqual([]);
});
