import { expect, test } from "vitest";
import { byUrgency, isExpiring } from "./inbox-order.ts";
import type { InboxItem } from "./schema.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 22, 12) + minutes * 60_000);

test.each([
  // since, due, now (minutes), expiring
  [0, 3 * 24 * 60, 0, false],
  [0, 3 * 24 * 60, 3 * 24 * 60 - 239, true],
  [0, 3 * 24 * 60, 3 * 24 * 60 - 241, false],
  [0, 120, 89, false],
  [0, 120, 90, true],
  [0, 20, 4, false],
  [0, 20, 5, true],
])("from %i to %i minutes, seen at %i: expiring is %s", (since, due, now, expected) => {
  expect(isExpiring(at(since), at(due), at(now))).toBe(expected);
});

test("what does not end by itself does not expire", () => {
  expect(isExpiring(at(0), null, at(1e6))).toBe(false);
});

test("the most urgent comes first, in an order that does not depend on how they were given", () => {
  const item = (id: string, over: Partial<InboxItem>): InboxItem => ({
    kind: "rotation",
    id,
    title: id,
    where: null,
    by: "somebody",
    since: at(0),
    dueAt: at(600),
    isExpiring: false,
    missing: 1,
    blockers: [],
    ...over,
  });
  const sorted = [
    item("review", { kind: "break-glass-review", dueAt: null }),
    item("soon", { dueAt: at(20), isExpiring: true }),
    item("sooner-asked", { since: at(-5) }),
    item("a", {}),
    item("b", {}),
    item("later", { kind: "access-review", dueAt: at(900) }),
    item("endless", { dueAt: null }),
    item("mention", { kind: "mention", dueAt: null, since: at(-100) }),
  ];
  expect(sorted.toReversed().sort(byUrgency)).toEqual(sorted);
});
