import { expect, test } from "vitest";
import { stricterOf } from "./approver-step-up.ts";
import { demandOf } from "./step-up-demand.ts";

const any = demandOf({ level: "any-factor", whenAsking: true, withinSeconds: 600 });
const key = demandOf({
  level: "security-key",
  whenAsking: false,
  whenApproving: true,
  withinSeconds: 900,
});

test("of two demands both are met: the shorter time, the ways that both accept", () => {
  expect(stricterOf(null, null)).toBeNull();
  expect(stricterOf(any, null)).toBe(any);
  expect(stricterOf(null, key)).toBe(key);
  const both = { whenAsking: true, whenApproving: true, withinSeconds: 600, methods: ["webauthn"] };
  expect(stricterOf(any, key)).toEqual(both);
  expect(stricterOf(key, any)).toEqual(both);
});
