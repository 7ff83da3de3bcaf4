import { expect, test } from "vitest";
import { ENDED_LEASES, LEASE_STATES, mayMoveLease, secondsToNextLook } from "./lease-machine.ts";

test("what has ended stays so, and everything else can end", () => {
  for (const from of LEASE_STATES) {
    const next = LEASE_STATES.filter((to) => mayMoveLease(from, to));
    expect(next.length === 0, from).toBe(ENDED_LEASES.has(from));
  }
  const reaches = (from: (typeof LEASE_STATES)[number], seen = new Set<string>()): boolean =>
    ENDED_LEASES.has(from) ||
    LEASE_STATES.some(
      (to) => mayMoveLease(from, to) && !seen.has(to) && reaches(to, new Set([...seen, to])),
    );
  for (const from of LEASE_STATES) expect(reaches(from), from).toBe(true);
});

test("a lease that may exist is never simply called revoked, nor one delivered that was not issued", () => {
  expect(mayMoveLease("indeterminate", "revoked")).toBe(false);
  expect(mayMoveLease("issuing", "revoked")).toBe(false);
  expect(mayMoveLease("issuing", "active")).toBe(false);
  expect(mayMoveLease("active", "revoked")).toBe(false);
});

test.each([
  [3600, 60],
  [30.2, 32],
  [0, 1],
  [-20, 1],
])("with %d seconds left it is looked at again in %d", (left, seconds) => {
  expect(secondsToNextLook(left)).toBe(seconds);
});
