import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type DeclaredTable, parsePrismaSchema } from "./prisma-schema.ts";

/*
 * Compared: tables, columns, types, nullability, presence of a default, primary keys, and that each
 * declared unique exists with its name. Not compared: the defaults' values, indexes, CHECKs, foreign
 * keys and partial unique indexes (they live in the migrations only), and arrays' element nullability.
 */
const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "prisma/schema.prisma"), "utf8");
const declared = parsePrismaSchema(text);

interface ActualColumn {
  table: string;
  column: string;
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
}

const actualColumns = () =>
  asSuperuser<ActualColumn>(`
    SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
      NOT a.attnotnull AS "isNullable", a.atthasdef AS "hasDefault"
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
    ORDER BY 1, 2`);

const actualKeys = () =>
  asSuperuser<{ table: string; name: string; primary: boolean; columns: string[] }>(`
    SELECT c.relname AS table, i.indexrelid::regclass::text AS name, i.indisprimary AS primary,
      (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, at)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indpred IS NULL`);

const columnsOf = (tables: DeclaredTable[]) =>
  tables
    .flatMap(({ table, columns }) => columns.map((column) => ({ table, ...column })))
    .map((column) => JSON.stringify(column))
    .sort();

test("the schema was read", () => {
  expect(declared.length).toBeGreaterThan(15);
  expect(declared.every((table) => table.columns.length > 1)).toBe(true);
});

describe("schema.prisma and the migrated database agree", () => {
  test("on every column", async () => {
    const actual = (await actualColumns()).map((column) => JSON.stringify(column)).sort();
    expect(columnsOf(declared)).toEqual(actual);
  });

  test("on primary keys, in the same order", async () => {
    const keys = (await actualKeys()).filter((key) => key.primary);
    for (const { table, primaryKey } of declared) {
      expect({ table, key: primaryKey }).toEqual({
        table,
        key: keys.find((key) => key.table === table)?.columns,
      });
    }
  });

  test("on unique constraints: what Prisma may look up by does exist", async () => {
    const keys = await actualKeys();
    for (const { table, uniques } of declared) {
      for (const unique of uniques) {
        const found = keys.find(
          (key) => key.table === table && key.columns.join() === unique.columns.join(),
        );
        expect({ table, ...unique, found: found?.name }).toEqual({
          table,
          ...unique,
          found: unique.name ?? found?.name ?? "none",
        });
      }
    }
  });
});

test("the generated client was made from this schema", () => {
  const generated = readFileSync(join(root, "prisma/generated/internal/class.ts"), "utf8");
  const inline = /"inlineSchema": ("(?:[^"\\]|\\.)*")/.exec(generated)?.[1];
  // Prisma aligns columns in its copy.
  const words = (schema: string) => schema.split(/\s+/).join(" ").trim();
  expect(words(JSON.parse(inline ?? '"not found"'))).toBe(words(text));
});

describe("a difference is noticed", () => {
  test.each([
    ["a column less", "detail String\n", ""],
    ["a column more", "detail String\n", "detail String\n  extra String\n"],
    ["another type", "detail String\n", "detail Int\n"],
    ["nullable instead of not", "detail String\n", "detail String?\n"],
    ["a timestamp without zone", '@map("created_at") @db.Timestamptz(6)', '@map("created_at")'],
    ["a default too many", "detail String\n", 'detail String @default("")\n'],
    ["a list instead of one", "detail String\n", "detail String[]\n"],
  ])("%s", async (_, from, to) => {
    expect(text).toContain(from);
    const actual = (await actualColumns()).map((column) => JSON.stringify(column)).sort();
    expect(columnsOf(parsePrismaSchema(text.replace(from, to)))).not.toEqual(actual);
  });

  test("and what can't be read is not skipped", () => {
    expect(() => parsePrismaSchema(text.replace("detail String\n", "detail Weird\n"))).toThrow(
      /cannot read "detail Weird"/,
    );
    expect(() => parsePrismaSchema(text.replace("@@map(", "@@index("))).toThrow(/cannot read/);
  });
});
