import fc from "fast-check";
import { expect, test } from "vitest";
import { csvCell, csvLine, ndjsonLine } from "./export-lines.ts";
import { madeLog } from "./testing/made-pack.ts";

test.each([
  ["=1+1", `"'=1+1"`],
  ["+46", `"'+46"`],
  ["-2", `"'-2"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\t=1"`],
  ["  =cmd|' /C calc'!A0", `"'  =cmd|' /C calc'!A0"`],
  ["＝1", `"'＝1"`],
  ['say "a", b', '"say ""a"", b"'],
  ["plain", "plain"],
  ["مسقط", "مسقط"],
])("the cell %j is written as %s", (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

test("no cell begins a formula, and each can be read again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const cell = csvCell(text);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(read === text || read === `'${text}`).toBe(true);
      expect(read.trimStart()).not.toMatch(/^[=+\-@]/);
    }),
    { numRuns: 300 },
  );
});

test("a line has each column once; what is erased has an empty payload", () => {
  const { leaves } = madeLog(50);
  const [first, last] = [leaves[0], leaves[49]];
  if (!first || !last) throw new Error("no leaves");
  expect(csvLine(first)).toContain(",user,user:0123456789abcdef0123456789abcdef,Alice,console,");
  expect(csvLine(last).endsWith(",erased,\r\n")).toBe(true);
  expect(JSON.parse(ndjsonLine(last))).toMatchObject({ payload: null, payloadState: "erased" });
  expect(JSON.parse(ndjsonLine(first))).toMatchObject({
    index: "0",
    payload: { region: "muscat" },
    envelope: { type: "runtime.secrets.rotated" },
  });
});
