import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type JsonValue } from "./canonical-json.ts";

describe("canonicalJson", () => {
  it("writes the sample of RFC 8785 §3.2.2", () => {
    const sample = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(sample)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts keys by UTF-16 code units (RFC 8785 §3.2.3)", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe('{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\u{1f600}":0,"\ufb33":0}');
  });

  it.each([
    ["negative zero", -0, "0"],
    ["smallest", 5e-324, "5e-324"],
    ["largest", 1.7976931348623157e308, "1.7976931348623157e+308"],
    ["2^53", 9007199254740992, "9007199254740992"],
    ["exponent edge", 1e21, "1e+21"],
    ["below the edge", 999999999999999900000, "999999999999999900000"],
    ["small", 0.000001, "0.000001"],
    ["smaller", 1e-7, "1e-7"],
  ])("writes the number %s as ECMAScript does", (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("is independent of key order and survives a round trip", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as JsonValue);
        expect(canonicalJson(reversedKeys(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const sparse: unknown[] = [];
  sparse[1] = 1;
  class Point {
    x = 1;
  }
  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /^\$ is undefined/],
    ["an undefined member", { a: undefined }, /^\$\.a is undefined/],
    ["an undefined item", [undefined], /^\$\[0\] is undefined/],
    ["a function", { f: () => 1 }, /^\$\.f is function/],
    ["a symbol", [Symbol("s")], /^\$\[0\] is symbol/],
    ["a symbol key", { [Symbol("s")]: 1 }, /symbol key/],
    ["a bigint", { n: 1n }, /^\$\.n is bigint/],
    ["NaN", [Number.NaN], /not a finite number/],
    ["infinity", { n: Number.NEGATIVE_INFINITY }, /not a finite number/],
    ["a Date", { at: new Date(0) }, /^\$\.at is an instance of Date/],
    ["bytes", new Uint8Array(2), /instance of/],
    ["a Map", new Map(), /instance of Map/],
    ["a class instance", new Point(), /instance of Point/],
    ["a boxed number", Object(1), /instance of Number/],
    ["its own toJSON", { toJSON: () => 1 }, /toJSON/],
    [
      "a getter",
      Object.defineProperty({}, "a", { get: () => 1, enumerable: true }),
      /plain member/,
    ],
    ["a hidden member", Object.defineProperty({}, "a", { value: 1 }), /plain member/],
    ["a hole", sparse, /holes/],
    ["an array with a name", Object.assign([1], { name: 1 }), /named members/],
    ["a cycle", cycle, /^\$\.self refers to itself/],
    ["a lone surrogate", { s: "\ud800" }, /lone surrogate/],
    ["a key with a lone surrogate", { "\udc00": 1 }, /lone surrogate/],
  ])("refuses %s", (_, value, message) => {
    expect(() => canonicalJson(value as JsonValue)).toThrow(message);
  });

  it("accepts the same object twice, side by side", () => {
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });
});

function reversedKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).reverse();
  // fromEntries, not assignment: "__proto__" is a legal JSON key.
  return Object.fromEntries(entries.map(([key, item]) => [key, reversedKeys(item)]));
}
