import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { EnvironmentPolicy } from "#server/engines/deployments/environment-policy.ts";
import type { HumanBehind } from "#server/engines/quorum/types.ts";
import { isOpen } from "#server/engines/rotation/change-window.ts";
import { type Execution, ExecutionWorld, identity } from "./testing/execution-world.ts";

const PEOPLE = ["ada", "ben", "cem", "dua", "eli"];
const ROLES = ["sovereign-admin", "security-officer", "developer"];
const rolesOf = fc.subarray(ROLES);
const someone = fc.constantFrom(...PEOPLE);

const policyOf: fc.Arbitrary<EnvironmentPolicy> = fc.record({
  groups: fc.constantFrom(
    [{ role: "sovereign-admin", count: 1 }],
    [{ role: "sovereign-admin", count: 2 }],
    [
      { role: "sovereign-admin", count: 1 },
      { role: "security-officer", count: 1 },
    ],
    [
      { role: "sovereign-admin", count: 2 },
      { role: "security-officer", count: 1 },
    ],
  ),
  windows: fc.constantFrom(
    [],
    [],
    [{ days: [1, 2, 3, 4, 5, 6, 7], start: "00:00", end: "12:00", timeZone: "UTC" }],
  ),
  waitingSeconds: fc.constantFrom(0, 0, 600),
  expirySeconds: fc.constantFrom(7_200, 86_400),
  requiresElevation: fc.constantFrom(false, false, true),
  provenance: fc.constantFrom("none", "none", "none", "none", "none", "signed"),
  trustedRegistries: fc.constant(["a.example"]),
  supersedesWaiting: fc.constant(true),
});

type Command = (world: ExecutionWorld) => void;
const approval = someone.map(
  (name): Command =>
    (world) =>
      world.review(name, "approve"),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 24, arbitrary: approval },
  {
    weight: 1,
    arbitrary: someone.map(
      (name): Command =>
        (world) =>
          world.review(name, "reject"),
    ),
  },
  { weight: 8, arbitrary: fc.constant<Command>((world) => world.claim()) },
  { weight: 4, arbitrary: fc.constant<Command>((world) => world.tend()) },
  { weight: 1, arbitrary: fc.constant<Command>((world) => world.revise()) },
  {
    weight: 2,
    arbitrary: fc.tuple(someone, rolesOf).map(
      ([name, roles]): Command =>
        (world) =>
          void world.roles.set(name, roles),
    ),
  },
  {
    weight: 1,
    arbitrary: policyOf.map(
      (policy): Command =>
        (world) =>
          void world.policies.push(policy),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(60, 900, 900, 7_300).map(
      (seconds): Command =>
        (world) => {
          world.now += seconds;
        },
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(someone, fc.constantFrom(0, 0, 0, 300), fc.constantFrom(600, 3_600, 86_400))
      .map(
        ([name, startsIn, seconds]): Command =>
          (world) =>
            world.grant(name, startsIn, seconds),
      ),
  },
  {
    weight: 1,
    arbitrary: someone.map(
      (name): Command =>
        (world) =>
          world.revoke(name),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (frozen): Command =>
        (world) => {
          world.frozen = frozen;
        },
    ),
  },
);

const start = fc.record({
  policy: policyOf,
  requester: fc.constantFrom(...PEOPLE, "pipeline"),
  human: fc.constantFrom<HumanBehind>("requester", "unknown", "none", identity("ada")),
  // Most begin with what it takes: histories in which nothing can happen prove little.
  roles: fc.record(
    Object.fromEntries(PEOPLE.map((name) => [name, fc.oneof(fc.constant(ROLES), rolesOf)])),
  ),
});

/** Tries every way to seat people, without the engine: the smallest thing that can be believed. */
function canSeat(
  places: readonly (readonly string[])[],
  people: readonly (readonly string[])[],
): boolean {
  const [place, ...rest] = places;
  if (!place) return true;
  return people.some(
    (roles, at) =>
      roles.some((role) => place.includes(role)) &&
      canSeat(
        rest,
        people.filter((_, other) => other !== at),
      ),
  );
}

function assertRightful(world: ExecutionWorld, execution: Execution): void {
  const { policy } = execution;
  const current = execution.reviews.filter(
    ({ revision, digest }) => revision === execution.revision && digest === execution.subject,
  );
  expect(current.some(({ decision }) => decision === "reject")).toBe(false);
  const parties = [world.requester, world.human].flatMap((each) =>
    typeof each === "object" ? [each.subject] : [],
  );
  const eligible = [...new Set(current.map(({ reviewer }) => reviewer.subject))]
    .filter((name) => !parties.includes(name))
    .map((name) =>
      current
        .filter(({ reviewer }) => reviewer.subject === name)
        .flatMap(({ roles }) => roles)
        .filter((role) => execution.roles.get(name)?.includes(role)),
    );
  const places = policy.groups.flatMap(({ role, count }) => Array<string[]>(count).fill([role]));
  if (world.human === "unknown") places.push(policy.groups.map(({ role }) => role));
  expect(canSeat(places, eligible)).toBe(true);
  expect(execution.policyVersion).toBe(world.policies.indexOf(policy) + 1);
  expect(execution.at).toBeLessThan(world.expiresAt);
  expect(isOpen(policy.windows, new Date(execution.at * 1_000))).toBe(true);
  expect(policy.provenance).toBe("none");
  if (policy.requiresElevation) {
    counted.elevated += 1;
    // A grant that is over, still to start, or revoked never passes.
    const people = [...parties, ...current.map(({ reviewer }) => reviewer.subject)];
    const isLive = execution.grants.some(
      ({ person, from, until, revokedAt }) =>
        people.includes(person) &&
        from <= execution.at &&
        execution.at < until &&
        (revokedAt === null || revokedAt > execution.at),
    );
    expect(isLive).toBe(true);
  }
}

const counted = { histories: 0, executions: 0, blocked: 0, elevated: 0, unelevated: 0 };
afterAll(() => {
  process.stdout.write(`execution properties: ${JSON.stringify(counted)}\n`);
});

test("never executed without a quorum of distinct eligible humans on the current subject, never by the requester, once; by a live elevation where one is demanded", () => {
  fc.assert(
    fc.property(start, fc.array(command, { minLength: 20, maxLength: 60 }), (begin, commands) => {
      const world = new ExecutionWorld(begin);
      world.tend();
      for (const act of commands) act(world);
      counted.histories += 1;
      counted.executions += world.executions.length;
      counted.blocked += world.blocked;
      counted.unelevated += world.unelevated;
      expect(world.executions.length).toBeLessThanOrEqual(1);
      for (const execution of world.executions) assertRightful(world, execution);
    }),
    { numRuns: 1_500 },
  );
  // It must have happened often enough to mean something.
  expect(counted.executions).toBeGreaterThan(100);
  expect(counted.blocked).toBeGreaterThan(100);
  expect(counted.elevated).toBeGreaterThan(5);
  expect(counted.unelevated).toBeGreaterThan(20);
}, 600_000);
