import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Column } from "./column.ts";
import { nextSorting, sortedRows, sortingOf, sortText } from "./sorting.ts";

interface Row {
  name: string;
  age: number | null;
}
const columns: Column<Row>[] = [
  { id: "name", label: "Name", cell: (row) => row.name, sortBy: (row) => row.name },
  { id: "age", label: "Age", cell: (row) => row.age, sortBy: (row) => row.age },
  { id: "plain", label: "Plain", cell: () => null },
  { id: "remote", label: "Remote", cell: () => null, sortBy: "server" },
];
const rows: Row[] = [
  { name: "key 10", age: 5 },
  { name: "key 9", age: null },
  { name: "Key 1", age: 7 },
  { name: "alpha", age: 5 },
];
const names = (sort: string) =>
  sortedRows(rows, columns, sortingOf(sort), "en").map((row) => row.name);

describe("sortedRows", () => {
  it.each([
    ["name", ["alpha", "Key 1", "key 9", "key 10"]],
    ["-name", ["key 10", "key 9", "Key 1", "alpha"]],
    ["age", ["key 10", "alpha", "Key 1", "key 9"]],
    ["-age", ["Key 1", "key 10", "alpha", "key 9"]],
    ["", ["key 10", "key 9", "Key 1", "alpha"]],
    ["plain", ["key 10", "key 9", "Key 1", "alpha"]],
    ["-remote", ["key 10", "key 9", "Key 1", "alpha"]],
    ["absent", ["key 10", "key 9", "Key 1", "alpha"]],
  ])("by %j", (sort, expected) => {
    expect(names(sort)).toEqual(expected);
  });

  it("loses and doubles no row, and leaves the list it was given alone", () => {
    const row = fc.record({ name: fc.string(), age: fc.option(fc.integer()) });
    fc.assert(
      fc.property(fc.array(row), fc.constantFrom("name", "-name", "age", "-age"), (given, sort) => {
        const before = [...given];
        const sorted = sortedRows(given, columns, sortingOf(sort), "en");
        expect(given).toEqual(before);
        expect(new Set(sorted)).toEqual(new Set(given));
        expect(sorted).toHaveLength(given.length);
      }),
    );
  });
});

describe("sorting in the URL", () => {
  it.each(["", "age", "-nextRotation"])("%j reads and writes the same", (text) => {
    expect(sortText(sortingOf(text))).toBe(text);
  });

  it("a press sorts, a second one turns the order round", () => {
    const first = nextSorting(sortingOf("name"), "age");
    expect(sortText(first)).toBe("age");
    expect(sortText(nextSorting(first, "age"))).toBe("-age");
    expect(sortText(nextSorting(sortingOf("-age"), "age"))).toBe("age");
  });
});
