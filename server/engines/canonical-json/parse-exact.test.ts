import { expect, test } from "vitest";
import { parseExact } from "./parse-exact.ts";

test.each([
  ['{"evt.time":1507591916746609046}', { "evt.time": "1507591916746609046" }],
  ["[-9007199254740993]", ["-9007199254740993"]],
  ["9007199254740991", 9007199254740991],
  [
    '{"a":[1.5,1e30,"1507591916746609046",null,true]}',
    { a: [1.5, 1e30, "1507591916746609046", null, true] },
  ],
])("%s", (text, value) => {
  expect(parseExact(text)).toEqual(value);
});

test("what is no JSON is told, with many digits too", () => {
  expect(() => parseExact('{"a":12345678901234567890')).toThrow(SyntaxError);
});
