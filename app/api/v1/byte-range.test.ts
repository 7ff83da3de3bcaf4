import { expect, test } from "vitest";
import { byteRange, hasAlready } from "./byte-range.ts";

test.each([
  [null, "whole"],
  ["bytes=0-", { start: 0, end: 100 }],
  ["bytes=10-19", { start: 10, end: 20 }],
  ["bytes=90-500", { start: 90, end: 100 }],
  ["bytes=-5", { start: 95, end: 100 }],
  ["bytes=-500", { start: 0, end: 100 }],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=20-10", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["bytes=-", "whole"],
  ["items=0-1", "whole"],
])("the range %s of 100 bytes", (range, expected) => {
  const headers = new Headers(range === null ? {} : { range });
  expect(byteRange(headers, 100, '"a"')).toEqual(expected);
});

test("a range of other bytes than the reader has is the whole", () => {
  const of = (etag: string) => new Headers({ range: "bytes=1-2", "if-range": etag });
  expect(byteRange(of('"a"'), 100, '"a"')).toEqual({ start: 1, end: 3 });
  expect(byteRange(of('"b"'), 100, '"a"')).toBe("whole");
});

test("what the reader has already is known by its tag", () => {
  const of = (tags: string) => hasAlready(new Headers({ "if-none-match": tags }), '"a"');
  expect([of('"a"'), of('W/"a"'), of('"b", "a"'), of("*"), of('"b"')]).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
});
