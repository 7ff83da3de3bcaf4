import fc from "fast-check";
import { expect, test } from "vitest";
import { PROPERTY_SEED, seedOf } from "./property-seed.ts";

test("properties draw from the fixed seed, which a failure names", () => {
  expect(fc.readConfigureGlobal().seed).toBe(PROPERTY_SEED);
  const drawn = () => fc.sample(fc.integer(), 20);
  expect(drawn()).toEqual(drawn());
  const failing = () => fc.assert(fc.property(fc.integer(), () => false));
  expect(failing).toThrow(`seed: ${PROPERTY_SEED}`);
});

test("another seed can be given, and what is none is refused", () => {
  expect(seedOf("-7")).toBe(-7);
  expect(seedOf("")).toBe(seedOf(undefined));
  for (const none of ["x", "1.5", "4294967296"]) {
    expect(() => seedOf(none)).toThrow("FAST_CHECK_SEED");
  }
});
