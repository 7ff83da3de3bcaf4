import fc from "fast-check";
import { expect, test } from "vitest";
import { csvField } from "./bindings-csv.ts";

test.each([
  ["orders-db", '"orders-db"'],
  ['say "hi", now', '"say ""hi"", now"'],
  ["=HYPERLINK(1)", '"\'=HYPERLINK(1)"'],
  [" +1", '"\' +1"'],
  ["-2", '"\'-2"'],
  ["@SUM(A1)", '"\'@SUM(A1)"'],
  ["\t=1", '"\'\t=1"'],
  ["a\r\nb", '"a\r\nb"'],
  ["", '""'],
  [null, ""],
  [12, "12"],
] as const)("%j becomes %s", (value, field) => {
  expect(csvField(value)).toBe(field);
});

test("what is read back is the text, or the text after an apostrophe that is no formula any more", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const field = csvField(text);
      expect(field.startsWith('"') && field.endsWith('"')).toBe(true);
      const read = field.slice(1, -1).replaceAll('""', '"');
      expect(field.slice(1, -1).replaceAll('""', "")).not.toContain('"');
      expect([text, `'${text}`]).toContain(read);
      expect(/^\s*[=+\-@|%]/.test(read)).toBe(false);
    }),
  );
});
