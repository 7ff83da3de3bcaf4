import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChangeWindow, isOpen } from "./change-window.ts";
import { planRotation } from "./plan-rotation.ts";

const DAY = 86_400;
const rotatedAt = new Date("2026-03-01T00:00:00Z");
const QUARTER = { maxTtlSeconds: 90 * DAY, rotateBeforeSeconds: 7 * DAY, autoRotate: true };
const HOURLY = { maxTtlSeconds: 3_600, rotateBeforeSeconds: 300, autoRotate: true };
const NIGHTS: ChangeWindow = {
  days: [1, 2, 3, 4, 5, 6, 7],
  start: "22:00",
  end: "04:00",
  timeZone: "Asia/Muscat",
};
const plan = (over: Partial<Parameters<typeof planRotation>[0]> = {}) => {
  const planned = planRotation({
    rule: QUARTER,
    rotatedAt,
    windows: [],
    seed: "a",
    now: rotatedAt,
    ...over,
  });
  if (!planned) throw new Error("nothing is planned");
  return planned;
};

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const someWindow: fc.Arbitrary<ChangeWindow> = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
  start: clock,
  end: clock,
  timeZone: fc.constantFrom(
    "UTC",
    "Asia/Muscat",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
  ),
});
const someRule = fc
  .record({
    maxTtlSeconds: fc.integer({ min: 60, max: 400 * DAY }),
    share: fc.double({ min: 0, max: 0.9, noNaN: true }),
  })
  .map(({ maxTtlSeconds, share }) => ({
    maxTtlSeconds,
    rotateBeforeSeconds: Math.floor(maxTtlSeconds * share),
    autoRotate: true,
  }));
const someDate = fc.date({
  min: new Date("2024-01-01"),
  max: new Date("2030-01-01"),
  noInvalidDate: true,
});

type Case = Omit<Parameters<typeof planRotation>[0], "now"> & { lateSeconds: number };

describe("whatever the rule, the windows and the day", () => {
  const cases: fc.Arbitrary<Case> = fc.record({
    rule: someRule,
    rotatedAt: someDate,
    windows: fc.array(someWindow, { maxLength: 3 }),
    seed: fc.uuid(),
    lateSeconds: fc.integer({ min: 0, max: 100 * DAY }),
  });
  const planned = (each: Case) => {
    const now = new Date(each.rotatedAt.getTime() + each.lateSeconds * 1000);
    return { now, ...plan({ ...each, now }) };
  };
  const holds = (property: (each: Case) => void) =>
    fc.assert(
      fc.property(cases, (each) => void property(each)),
      { numRuns: 400 },
    );

  test("a planned time lies in a window", () => {
    holds((each) => expect(isOpen(each.windows, planned(each).at)).toBe(true));
  });

  test("it is at or after the limit only where it says so, or the limit is past", () => {
    holds((each) => {
      const { at, limitAt, missesLimit, now } = planned(each);
      if (at > limitAt) expect(missesLimit || now >= limitAt).toBe(true);
      if (missesLimit) expect(at >= limitAt).toBe(true);
    });
  });

  test("with windows it is never in the past, without it is the rule's time and half the lead at most", () => {
    holds((each) => {
      const { at, now } = planned(each);
      if (each.windows.length > 0) {
        expect(at >= now).toBe(true);
        return;
      }
      const due =
        each.rotatedAt.getTime() +
        ((each.rule.maxTtlSeconds ?? 0) - each.rule.rotateBeforeSeconds) * 1000;
      const late = at.getTime() - due;
      expect(late >= 0 && late <= Math.min(each.rule.rotateBeforeSeconds * 500, DAY * 1000)).toBe(
        true,
      );
    });
  });

  test("the same inputs give the same time", () => {
    holds((each) => expect(planned(each)).toEqual(planned(each)));
  });

  test("planned again at its own time, it stays", () => {
    holds((each) => {
      const { at, missesLimit } = planned(each);
      if (each.windows.length > 0 && !missesLimit) {
        const again = plan({ ...each, now: at });
        expect(isOpen(each.windows, again.at)).toBe(true);
      }
    });
  });
});

test("a thousand credentials bound together spread over half the lead", () => {
  const times = Array.from({ length: 1000 }, (_, at) =>
    plan({ rule: HOURLY, seed: `binding ${at}` }).at.getTime(),
  );
  const seconds = new Map<number, number>();
  for (const time of times)
    seconds.set(Math.floor(time / 1000), (seconds.get(Math.floor(time / 1000)) ?? 0) + 1);
  expect(Math.max(...seconds.values())).toBeLessThan(25);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(140_000);
  expect(Math.max(...times)).toBeLessThan(rotatedAt.getTime() + 3_600_000 - 150_000 + 1);
});

test("a thousand that wait for one window don't start in its first second", () => {
  const sunday: ChangeWindow = { days: [7], start: "02:00", end: "04:00", timeZone: "Asia/Muscat" };
  const times = Array.from({ length: 1000 }, (_, at) =>
    plan({ windows: [sunday], seed: `binding ${at}` }).at.getTime(),
  );
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(3_000_000);
});

test("one that no window before the limit would take goes back into the last before", () => {
  // Sundays only, and a lead of a day that ends on a Friday.
  const rule = { maxTtlSeconds: 26 * DAY, rotateBeforeSeconds: DAY, autoRotate: true };
  const sunday: ChangeWindow = { days: [7], start: "02:00", end: "04:00", timeZone: "UTC" };
  const { at, limitAt, missesLimit } = plan({ rule, windows: [sunday] });
  expect(limitAt.toISOString()).toBe("2026-03-27T00:00:00.000Z");
  expect(at.toISOString().slice(0, 10)).toBe("2026-03-22");
  expect(missesLimit).toBe(false);
});

test("an hour's life and a window at night: shown as never met", () => {
  const { at, limitAt, missesLimit } = plan({
    rule: HOURLY,
    windows: [NIGHTS],
    now: new Date("2026-03-01T05:00:00Z"),
    rotatedAt: new Date("2026-03-01T05:00:00Z"),
  });
  expect(missesLimit).toBe(true);
  expect(at > limitAt).toBe(true);
  expect(isOpen([NIGHTS], at)).toBe(true);
});

test("nothing is planned where nothing rotates by itself", () => {
  const asked = { rotatedAt, windows: [NIGHTS], seed: "a", now: rotatedAt };
  expect(planRotation({ ...asked, rule: { ...QUARTER, autoRotate: false } })).toBeNull();
  expect(planRotation({ ...asked, rule: { ...QUARTER, maxTtlSeconds: null } })).toBeNull();
});
