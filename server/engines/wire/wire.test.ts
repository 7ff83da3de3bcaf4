import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromWire, toWire } from "./wire.ts";

const sent = (value: unknown) => fromWire(JSON.parse(JSON.stringify(toWire(value)) ?? "null"));

const leaf = fc.oneof(
  fc.string(),
  fc.string().map((text) => `@${text}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie("tree"), { maxKeys: 5 }),
  ),
}));

test("what is sent arrives, and what was sent is left as it was", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const before = structuredClone(value);
      expect(sent(value)).toEqual(withoutMinusZero(before));
      expect(value).toEqual(before);
    }),
  );
});

test("what is absent stays absent", () => {
  expect(sent({ a: undefined, b: [1] })).toEqual({ b: [1] });
  expect(toWire(undefined)).toBeUndefined();
  expect(fromWire(undefined)).toBeUndefined();
});

test("a part without dates is not copied", () => {
  const plain = { rows: [{ name: "x" }] };
  expect(toWire(plain)).toBe(plain);
});

test("a key that means something to JavaScript is a key like another", () => {
  const text = '{"__proto__":{"isAdmin":"@d2026-01-01T00:00:00.000Z"}}';
  const read = fromWire(JSON.parse(text)) as Record<string, unknown>;
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
  expect(JSON.stringify(toWire(read))).toBe(text);
});

describe("refuses", () => {
  const deep = JSON.parse(`${"[".repeat(300)}${"]".repeat(300)}`) as unknown;
  test.each<[string, unknown]>([
    ["a map", new Map([[1, 2]])],
    ["a class of ours", new (class Thing {})()],
    ["NaN", { at: Number.NaN }],
    ["a function", { run: () => 1 }],
    ["what is nested too deep", deep],
    ["a date that is none", new Date(Number.NaN)],
  ])("to send %s", (_, value) => expect(() => toWire(value)).toThrow());

  test.each(["@x", "@", "@dyesterday", "@n1e9", "@n", `@n${"9".repeat(50)}`])(
    "to read %s",
    (text) => expect(() => fromWire({ text })).toThrow(TypeError),
  );

  test("to read what is nested too deep", () => expect(() => fromWire(deep)).toThrow(TypeError));
});

/** JSON has no minus zero. */
function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (value && typeof value === "object" && !(value instanceof Date)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, withoutMinusZero(each)]),
    );
  }
  return value;
}
