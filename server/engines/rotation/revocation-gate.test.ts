import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CONSUMER_STATES,
  OLD_USE_STATES,
  type RevocationFacts,
  reasonsToHold,
  revocationGate,
  secondsToHold,
  secondsToNextLook,
} from "./revocation-gate.ts";

const facts = (over: Partial<RevocationFacts> = {}): RevocationFacts => ({
  isLeaked: false,
  isOverridden: false,
  consumers: [],
  oldUses: [],
  ...over,
});
const use = (state: RevocationFacts["oldUses"][number]["state"], uses: number | null = null) => ({
  state,
  uses,
});

test.each([
  ["nobody is known", facts(), { kind: "open", because: "nobody-known" }],
  ["the target saw no use", facts({ oldUses: [use("unused", 0)] }), { because: "nobody-known" }],
  ["all have moved", facts({ consumers: ["moved", "moved"] }), { because: "all-moved" }],
  [
    "one has not moved",
    facts({ consumers: ["moved", "not-yet"] }),
    { kind: "held", code: "old_value_in_use", notMoved: 1, unknown: 0, uses: 0 },
  ],
  [
    "the target tells of sessions",
    facts({ consumers: ["moved"], oldUses: [use("in-use", 3)] }),
    { kind: "held", code: "old_value_in_use", uses: 3 },
  ],
  [
    "a source is away",
    facts({ consumers: ["moved", "unknown"] }),
    { kind: "held", code: "consumers_unknown", unknown: 1 },
  ],
  ["the target is away", facts({ oldUses: [use("unknown")] }), { code: "consumers_unknown" }],
  [
    "both: use weighs more",
    facts({ consumers: ["unknown", "not-yet"] }),
    { code: "old_value_in_use" },
  ],
  ["it leaked", facts({ isLeaked: true, consumers: ["not-yet"] }), { because: "leaked" }],
  [
    "somebody decided",
    facts({ isOverridden: true, consumers: ["not-yet"] }),
    { because: "overridden" },
  ],
])("%s", (_, given, expected) => {
  expect(revocationGate(given)).toMatchObject(expected);
});

const any = fc.record({
  isLeaked: fc.constant(false),
  isOverridden: fc.constant(false),
  consumers: fc.array(fc.constantFrom(...CONSUMER_STATES)),
  oldUses: fc.array(
    fc.record({ state: fc.constantFrom(...OLD_USE_STATES), uses: fc.option(fc.nat(9)) }),
  ),
});

test("it never opens while anything is unmoved, in use or unknown, and never holds without a cause", () => {
  fc.assert(
    fc.property(any, (given) => {
      const isClear =
        given.consumers.every((state) => state === "moved") &&
        given.oldUses.every(({ state }) => state === "unused");
      expect(revocationGate(given).kind).toBe(isClear ? "open" : "held");
    }),
  );
});

test("another number of sessions is the same reason to hold; none, another cause or consumer is not", () => {
  const gate = { code: "old_value_in_use", notMoved: 1, unknown: 0, uses: 3 } as const;
  const others = [
    { ...gate, uses: 0 },
    { ...gate, notMoved: 2 },
    { ...gate, unknown: 1 },
    { ...gate, code: "consumers_unknown" as const },
  ];
  expect(reasonsToHold({ ...gate, uses: 4 })).toBe(reasonsToHold(gate));
  for (const other of others) expect(reasonsToHold(other)).not.toBe(reasonsToHold(gate));
});

test("looks grow apart and stay within their bounds", () => {
  expect([0, 20, 100, 4_500, 86_400].map(secondsToNextLook)).toEqual([5, 5, 20, 900, 900]);
  expect([0, 20, 600, 86_400].map(secondsToHold)).toEqual([2, 2, 60, 300]);
});
