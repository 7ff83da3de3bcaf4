import { expect, test } from "vitest";
import { ROTATOR_KINDS } from "../schema.ts";
import { isEnginePath, JUDGED_KINDS } from "./place-demands.ts";

test("every kind of rotator says what it touches, so that people may bind it", () => {
  // A new kind: add what must vouch for it to place-demands.ts.
  expect(ROTATOR_KINDS.filter((kind) => !JUDGED_KINDS.includes(kind))).toEqual([]);
});

test.each([
  ["transit/keys/acme-receipts", true],
  ["database/static-roles/acme.orders", true],
  ["pki/issuer/acme", true],
  ["acme/prod/orders-db", false],
  ["acme/keys/prod/orders-db", false],
])("%s is an engine's own: %s", (path, expected) => {
  expect(isEnginePath(path)).toBe(expected);
});
