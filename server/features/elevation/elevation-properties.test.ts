import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { ElevationRules } from "#server/engines/elevation/elevation-policy.ts";
import { judgeAct } from "#server/engines/elevation/judge-act.ts";
import { type Activation, ElevationWorld } from "./testing/elevation-world.ts";

const PEOPLE = ["ada", "ben", "cem", "dua", "eli"];
const ROLES = ["sovereign-admin", "security-officer", "developer"];
const SCOPES = ["a", "b", "c"];
const rolesOf = fc.subarray(ROLES);
const someone = fc.constantFrom(...PEOPLE);
const scopesOf = fc.subarray(SCOPES, { minLength: 1 });
const number = fc.nat(30);

const policyOf: fc.Arbitrary<ElevationRules> = fc.record({
  maxDurationSeconds: fc.constantFrom(1_800, 7_200),
  maxAheadSeconds: fc.constantFrom(0, 3_600),
  maxLivePerPerson: fc.constantFrom(1, 2, 4),
  offers: fc.array(fc.record({ roles: fc.subarray(ROLES, { minLength: 1 }), scopes: scopesOf }), {
    minLength: 1,
    maxLength: 3,
  }),
  groups: fc.constantFrom(
    [{ role: "security-officer", count: 1 }],
    [{ role: "security-officer", count: 2 }],
    [
      { role: "security-officer", count: 1 },
      { role: "sovereign-admin", count: 1 },
    ],
  ),
});

type Command = (world: ElevationWorld) => void;
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        person: someone,
        scopes: scopesOf,
        seconds: fc.constantFrom(600, 1_800, 5_000),
        startsIn: fc.constantFrom(null, null, 600, 3_000),
      })
      .map(
        ({ startsIn, ...asked }): Command =>
          (world) =>
            world.ask({
              ...asked,
              startsAt: startsIn === null ? null : world.now + startsIn,
              prolongs: null,
            }),
      ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(number, fc.constantFrom(60, 600, 3_000)).map(
      ([at, seconds]): Command =>
        (world) => {
          const [grant] = world.grants.slice(-1 - (at % 3));
          if (!grant) return;
          const { person, scopes } = grant;
          world.ask({ person, scopes, seconds, startsAt: null, prolongs: grant });
        },
    ),
  },
  {
    weight: 30,
    arbitrary: fc.tuple(number, someone).map(
      ([at, who]): Command =>
        (world) =>
          world.review(at, who, "approve"),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(number, someone).map(
      ([at, who]): Command =>
        (world) =>
          world.review(at, who, "reject"),
    ),
  },
  {
    weight: 14,
    arbitrary: number.map(
      (at): Command =>
        (world) => {
          const request = world.waiting(at);
          if (request) world.activate(at, request.person);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(number, someone).map(
      ([at, who]): Command =>
        (world) =>
          world.activate(at, who),
    ),
  },
  {
    weight: 2,
    arbitrary: number.map(
      (at): Command =>
        (world) =>
          world.end(at),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Command>((world) => world.tend()) },
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
    weight: 3,
    arbitrary: fc.constantFrom(60, 700, 2_000).map(
      (seconds): Command =>
        (world) => {
          world.now += seconds;
        },
    ),
  },
);

const start = fc.record({
  policy: policyOf,
  roles: fc.record(
    Object.fromEntries(
      PEOPLE.map((name) => [
        name,
        fc.oneof({ weight: 4, arbitrary: fc.constant(ROLES) }, { weight: 1, arbitrary: rolesOf }),
      ]),
    ),
  ),
});

/** Tries every way to seat people, without the engine: the smallest thing that can be believed. */
function canSeat(places: readonly string[], people: readonly (readonly string[])[]): boolean {
  const [place, ...rest] = places;
  if (place === undefined) return true;
  return people.some(
    (roles, at) =>
      roles.includes(place) &&
      canSeat(
        rest,
        people.filter((_, other) => other !== at),
      ),
  );
}

function assertRightful({ request, grant, rules, version, roles, reviews, at }: Activation): void {
  expect(request.version).toBe(version);
  expect(at).toBeLessThan(request.expiresAt);
  const current = reviews.filter(({ revision }) => revision === request.revision);
  expect(current.some(({ decision }) => decision === "reject")).toBe(false);
  const eligible = [...new Set(current.map(({ reviewer }) => reviewer.subject))]
    .filter((name) => name !== request.person)
    .map((name) =>
      current
        .filter(({ reviewer }) => reviewer.subject === name)
        .flatMap((each) => each.roles)
        .filter((role) => roles.get(name)?.includes(role)),
    );
  const places = rules.groups.flatMap(({ role, count }) => Array<string>(count).fill(role));
  expect(canSeat(places, eligible)).toBe(true);
  const own = roles.get(request.person) ?? [];
  for (const scope of request.scopes) {
    const isOffered = rules.offers.some(
      (offer) => offer.scopes.includes(scope) && offer.roles.some((role) => own.includes(role)),
    );
    expect(isOffered).toBe(true);
  }
  const from = request.prolongs ? at : grant.startsAt;
  expect(grant.endsAt - from).toBeLessThanOrEqual(rules.maxDurationSeconds);
}

const counted = { histories: 0, activations: 0, prolonged: 0, refused: 0, acts: 0, passed: 0 };
afterAll(() => {
  process.stdout.write(`elevation properties: ${JSON.stringify(counted)}\n`);
});

/** Everybody tries everything, and is judged against the plain list of what was granted. */
function assertActs(world: ElevationWorld): void {
  for (const person of PEOPLE) {
    const plain = world.grants.filter(
      (grant) =>
        grant.person === person &&
        grant.endedAt === null &&
        world.now >= grant.startsAt &&
        world.now < grant.endsAt,
    );
    const union = new Set(plain.flatMap(({ scopes }) => scopes));
    const grants = world.live(person).map(({ scopes }) => ({ environment: "prod", scopes }));
    for (const scope of SCOPES) {
      for (const [environment, standing] of [
        ["prod", SCOPES],
        ["prod", []],
        ["dev", []],
      ] as const) {
        const { verdict, scopes } = judgeAct({
          standing: new Set<string>(standing),
          grants,
          scope,
          environment,
          isOnlyStopping: false,
          isDemanded: true,
        });
        const may = environment === "prod" && union.has(scope);
        expect(verdict).toBe(may ? "allowed" : "elevation-required");
        const held = environment === "prod" ? [...standing, ...union] : standing;
        expect([...scopes].sort()).toEqual([...new Set(held)].sort());
        counted.acts += 1;
        if (may) counted.passed += 1;
      }
    }
  }
}

test("granted only with a quorum of distinct others on the current subject; what is over never passes; grants add up", () => {
  fc.assert(
    fc.property(start, fc.array(command, { minLength: 30, maxLength: 80 }), (begin, commands) => {
      const world = new ElevationWorld(begin.policy, begin.roles);
      for (const [at, act] of commands.entries()) {
        const before = world.activations.length;
        act(world);
        for (const activation of world.activations.slice(before)) assertRightful(activation);
        if (at % 25 === 0) assertActs(world);
      }
      assertActs(world);
      counted.histories += 1;
      counted.activations += world.activations.length;
      counted.prolonged += world.activations.filter(({ request }) => request.prolongs).length;
      counted.refused += world.refused;
    }),
    { numRuns: 400 },
  );
  // It must have happened often enough to mean something.
  expect(counted.activations).toBeGreaterThan(60);
  expect(counted.prolonged).toBeGreaterThan(0);
  expect(counted.refused).toBeGreaterThan(200);
  expect(counted.passed).toBeGreaterThan(200);
}, 240_000);
