import { expect, test } from "vitest";
import { type JsonSchema, limitsOf, notationOf, withMembers } from "./api-document.ts";

test.each<[JsonSchema, string]>([
  [{ type: "string" }, "string"],
  [{ type: ["string", "null"] }, "string | null"],
  [{ enum: ["a", "b"] }, '"a" | "b"'],
  [{ const: 1 }, "1"],
  [{ type: "array", items: { type: "string" } }, "string[]"],
  [{ type: "array", items: { enum: ["a", "b"] } }, '("a" | "b")[]'],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string | null"],
  [{ allOf: [{ $ref: "#/components/schemas/Problem" }, { type: "object" }] }, "Problem & object"],
  [{}, "any"],
])("%j is written %s", (schema, notation) => {
  expect(notationOf(schema)).toBe(notation);
});

test("limits are told, but for those that say nothing", () => {
  expect(limitsOf({ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER })).toEqual([
    "minimum: 0",
  ]);
  expect(limitsOf({ type: "string", format: "uuid", pattern: "^x$" })).toEqual(["format: uuid"]);
  expect(limitsOf({ type: "string", pattern: "^x$", default: "x" })).toEqual([
    "pattern: ^x$",
    "default: x",
  ]);
});

test("members are found through arrays and variants", () => {
  const object: JsonSchema = { type: "object", properties: { a: { type: "string" } } };
  expect(withMembers({ type: "array", items: { anyOf: [object, { type: "null" }] } })).toEqual([
    object,
  ]);
  expect(withMembers({ type: "string" })).toEqual([]);
});
