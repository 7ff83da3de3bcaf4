import fc from "fast-check";
import { expect, test } from "vitest";
import { type HoldScope, holdsEvent, holdsPeriod } from "./legal-hold.ts";
import {
  expiryOf,
  periodOf,
  periodsToOpen,
  RETENTION_CLASS_NAMES,
  RETENTION_CLASSES,
  retentionClassOf,
} from "./retention-classes.ts";

test.each([
  ["runtime.secrets.rotated", "secrets"],
  ["runtime.access.denied", "access"],
  ["runtime.received.kubernetes", "received"],
  ["runtime.something.new", "operations"],
])("%s is of class %s", (type, expected) => {
  expect(retentionClassOf(type)).toBe(expected);
});

test("no class is kept for less than the law asks, unless somebody says so and is refused", () => {
  for (const { defaultDays, leastDays } of Object.values(RETENTION_CLASSES)) {
    expect(defaultDays).toBeGreaterThanOrEqual(leastDays);
  }
});

test("a month's key ends when the youngest event of it is old enough", () => {
  expect(expiryOf("2026-01-01", 365)).toEqual(new Date("2027-02-01T00:00:00Z"));
  expect(expiryOf("2026-12-01", 1)).toEqual(new Date("2027-01-02T00:00:00Z"));
  expect(periodsToOpen(new Date("2026-12-31T23:59:59Z"))).toEqual(["2026-12-01", "2027-01-01"]);
});

const date = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const hold: fc.Arbitrary<HoldScope> = fc.record({
  classes: orNull(fc.subarray([...RETENTION_CLASS_NAMES])),
  subject: orNull(fc.constantFrom("a/1", "b/2")),
  actorRef: orNull(fc.constantFrom("user:1", "user:2")),
  from: orNull(date),
  until: orNull(date),
});

test("whatever event a hold covers, it covers the key of its class and month", () => {
  const event = fc.record({
    retentionClass: fc.constantFrom(...RETENTION_CLASS_NAMES),
    subject: fc.constantFrom("a/1", "b/2"),
    actorRef: fc.constantFrom("user:1", "user:2"),
    recordedAt: date,
  });
  fc.assert(
    fc.property(hold, event, (held, one) => {
      const { retentionClass, recordedAt } = one;
      const key = { retentionClass, period: periodOf(recordedAt) };
      if (holdsEvent(held, one)) expect(holdsPeriod(held, key)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
