import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateQuorum } from "./evaluate-quorum.ts";
import { isSatisfiable } from "./is-satisfiable.ts";
import { coversRequirement } from "./requirement.ts";
import { isMetByOracle } from "./testing/oracle.ts";
import type { IdentityLink, QuorumRequirement, QuorumReview, QuorumSubject } from "./types.ts";

const REALM = "https://idp.example/realms/a";
const OTHER = "https://idp.example/realms/b";
const who = (subject: string, issuer = REALM) => ({ issuer, subject });
const subject: QuorumSubject = {
  revision: 2,
  digest: "d2",
  requester: who("rita"),
  human: "requester",
};
let counter = 0;
const review = (
  name: string,
  roles: string[],
  extra: Partial<QuorumReview> = {},
): QuorumReview => ({
  reviewId: String(counter++).padStart(4, "0"),
  revision: 2,
  digest: "d2",
  reviewer: who(name),
  roles,
  decision: "approve",
  ...extra,
});
const officer: QuorumRequirement = [{ role: "security-officer", count: 1 }];
const both: QuorumRequirement = [
  { role: "security-officer", count: 1 },
  { role: "sovereign-admin", count: 1 },
];

interface Case {
  name: string;
  requirement: QuorumRequirement;
  subject?: Partial<QuorumSubject>;
  reviews: QuorumReview[];
  links?: IdentityLink[];
  outcome: "met" | "open" | "rejected";
  why?: string[];
}

const CASES: Case[] = [
  { name: "nobody yet", requirement: officer, reviews: [], outcome: "open" },
  {
    name: "one officer",
    requirement: officer,
    reviews: [review("a", ["security-officer"])],
    outcome: "met",
  },
  {
    name: "the wrong role",
    requirement: officer,
    reviews: [review("a", ["developer"])],
    outcome: "open",
    why: ["role-not-asked-for"],
  },
  {
    name: "one human with both roles fills one place",
    requirement: both,
    reviews: [review("a", ["security-officer", "sovereign-admin"])],
    outcome: "open",
  },
  {
    name: "greed would fail: the flexible one must take the other place",
    requirement: both,
    reviews: [
      review("a", ["security-officer", "sovereign-admin"]),
      review("b", ["security-officer"]),
    ],
    outcome: "met",
  },
  {
    name: "the requester never counts",
    requirement: officer,
    reviews: [review("rita", ["security-officer"])],
    outcome: "open",
    why: ["requester"],
  },
  {
    name: "the requester's rejection is no rejection either: withdrawing is",
    requirement: officer,
    reviews: [review("rita", ["security-officer"], { decision: "reject" })],
    outcome: "open",
    why: ["requester"],
  },
  {
    name: "the human behind a service caller never counts",
    requirement: officer,
    subject: { requester: who("ci-runner"), human: who("h") },
    reviews: [review("h", ["security-officer"])],
    outcome: "open",
    why: ["human-behind-requester"],
  },
  {
    name: "an unknown human behind the request asks for one more",
    requirement: officer,
    subject: { requester: who("ci-runner"), human: "unknown" },
    reviews: [review("a", ["security-officer"])],
    outcome: "open",
  },
  {
    name: "one more has come",
    requirement: officer,
    subject: { requester: who("ci-runner"), human: "unknown" },
    reviews: [review("a", ["security-officer"]), review("b", ["security-officer"])],
    outcome: "met",
  },
  {
    name: "a worker has no human behind it",
    requirement: officer,
    subject: { requester: who("rotation", "urn:worker"), human: "none" },
    reviews: [review("a", ["security-officer"])],
    outcome: "met",
  },
  {
    name: "an older revision is stale",
    requirement: officer,
    reviews: [review("a", ["security-officer"], { revision: 1 })],
    outcome: "open",
    why: ["stale"],
  },
  {
    name: "another digest is stale",
    requirement: officer,
    reviews: [review("a", ["security-officer"], { digest: "d1" })],
    outcome: "open",
    why: ["stale"],
  },
  {
    name: "one rejection ends it",
    requirement: officer,
    reviews: [
      review("a", ["security-officer"]),
      review("b", ["compliance"], { decision: "reject" }),
    ],
    outcome: "rejected",
  },
  {
    name: "a stale rejection does not",
    requirement: officer,
    reviews: [
      review("a", ["security-officer"]),
      review("b", ["security-officer"], { decision: "reject", revision: 1 }),
    ],
    outcome: "met",
    why: ["stale"],
  },
  {
    name: "two issuers may be one person",
    requirement: both,
    reviews: [
      review("a", ["security-officer"]),
      review("a", ["sovereign-admin"], { reviewer: who("a", OTHER) }),
    ],
    outcome: "open",
    why: ["issuer-not-linked"],
  },
  {
    name: "two issuers, both linked, two humans",
    requirement: both,
    reviews: [
      review("a", ["security-officer"]),
      review("b", ["sovereign-admin"], { reviewer: who("b", OTHER) }),
    ],
    links: [
      { human: "1", identity: who("a") },
      { human: "2", identity: who("b", OTHER) },
    ],
    outcome: "met",
  },
  {
    name: "two identities linked as one human fill one place",
    requirement: both,
    reviews: [
      review("a", ["security-officer"]),
      review("b", ["sovereign-admin"], { reviewer: who("b", OTHER) }),
    ],
    links: [
      { human: "1", identity: who("a") },
      { human: "1", identity: who("b", OTHER) },
    ],
    outcome: "open",
    why: ["same-human"],
  },
  {
    name: "the requester's other identity is the requester",
    requirement: officer,
    reviews: [review("r2", ["security-officer"], { reviewer: who("r2", OTHER) })],
    links: [
      { human: "1", identity: who("rita") },
      { human: "1", identity: who("r2", OTHER) },
    ],
    outcome: "open",
    why: ["requester"],
  },
  {
    name: "more than enough",
    requirement: officer,
    reviews: [review("a", ["security-officer"]), review("b", ["security-officer"])],
    outcome: "met",
    why: ["place-taken"],
  },
];

test.each(CASES)("$name", ({ requirement, reviews, links, outcome, why, ...rest }) => {
  const state = evaluateQuorum(requirement, { ...subject, ...rest.subject }, reviews, links);
  expect(state.outcome).toBe(outcome);
  expect(state.notCounted.map((entry) => entry.why)).toEqual(why ?? []);
});

test("says what is missing, group by group", () => {
  const state = evaluateQuorum(
    [{ role: "security-officer", count: 2 }, ...both.slice(1)],
    { ...subject, human: "unknown" },
    [review("a", ["security-officer"])],
  );
  expect(state.groups).toEqual([
    { role: "security-officer", count: 2, filled: 1, missing: 1 },
    { role: "sovereign-admin", count: 1, filled: 0, missing: 1 },
  ]);
  expect(state.additional).toEqual({ roles: ["security-officer", "sovereign-admin"], missing: 1 });
  expect(state.missing).toBe(3);
});

test.each([
  [[]],
  [[{ role: "a", count: 0 }]],
  [[{ role: "a", count: 1.5 }]],
  [[{ role: "", count: 1 }]],
  [[{ role: "a", count: 21 }]],
])("refuses the requirement %j", (requirement) => {
  expect(() => evaluateQuorum(requirement, subject, [])).toThrow(RangeError);
});

test("a requirement can be known to be out of reach", () => {
  const people = [{ ...who("rita"), roles: ["security-officer"] }];
  expect(isSatisfiable(officer, subject, people)).toBe(false);
  expect(
    isSatisfiable(officer, subject, [...people, { ...who("b"), roles: ["security-officer"] }]),
  ).toBe(true);
});

test("stricter covers, weaker does not", () => {
  expect(coversRequirement(both, officer)).toBe(true);
  expect(coversRequirement(officer, both)).toBe(false);
  expect(
    coversRequirement([...officer, ...officer], [{ role: "security-officer", count: 2 }]),
  ).toBe(true);
});

describe("properties", () => {
  const role = fc.constantFrom("x", "y", "z");
  const identity = fc.record({
    issuer: fc.constantFrom("i", "j"),
    subject: fc.constantFrom("a", "b", "c", "d", "e"),
  });
  const requirementOf = fc.array(fc.record({ role, count: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  });
  const subjectOf = fc.record({
    revision: fc.integer({ min: 1, max: 2 }),
    digest: fc.constantFrom("p", "q"),
    requester: identity,
    human: fc.oneof(
      identity,
      fc.constantFrom("requester", "unknown", "none") as fc.Arbitrary<"none">,
    ),
  });
  const reviewsOf = fc
    .array(
      fc.record({
        revision: fc.integer({ min: 1, max: 2 }),
        digest: fc.constantFrom("p", "q"),
        reviewer: identity,
        roles: fc.uniqueArray(role, { maxLength: 3 }),
        decision: fc.constantFrom(
          ...["approve", "approve", "approve", "approve", "approve", "reject"],
        ) as fc.Arbitrary<"approve" | "reject">,
      }),
      { maxLength: 9 },
    )
    .map((list) => list.map((each, index) => ({ ...each, reviewId: `r${index}` })));
  const linksOf = fc.uniqueArray(fc.record({ human: fc.constantFrom("1", "2", "3"), identity }), {
    maxLength: 5,
    selector: (link) => JSON.stringify(link.identity),
  });

  test("agrees with trying everything", () => {
    let met = 0;
    fc.assert(
      fc.property(
        requirementOf,
        subjectOf,
        reviewsOf,
        linksOf,
        (requirement, of, reviews, links) => {
          const state = evaluateQuorum(requirement, of, reviews, links);
          if (state.outcome === "met") met += 1;
          expect(state.outcome === "met").toBe(isMetByOracle(requirement, of, reviews, links));
        },
      ),
      { numRuns: 3_000 },
    );
    // Both answers must have been seen often, or the agreement says little.
    expect(met).toBeGreaterThan(100);
  });

  test("order of reviews does not matter, and every review is accounted for once", () => {
    fc.assert(
      fc.property(
        requirementOf,
        subjectOf,
        reviewsOf,
        linksOf,
        (requirement, of, reviews, links) => {
          const state = evaluateQuorum(requirement, of, reviews, links);
          expect(evaluateQuorum(requirement, of, [...reviews].reverse(), links)).toEqual(state);
          const said = [
            ...state.counted.map(({ reviewId }) => reviewId),
            ...state.notCounted.map(({ reviewId }) => reviewId),
            ...state.rejectedBy,
          ].sort();
          expect(said).toEqual(reviews.map(({ reviewId }) => reviewId).sort());
          expect(state.missing).toBe(
            state.groups.reduce((sum, group) => sum + group.missing, 0) +
              (state.additional?.missing ?? 0),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("an unknown human never makes it easier", () => {
    fc.assert(
      fc.property(requirementOf, subjectOf, reviewsOf, (requirement, of, reviews) => {
        const known = evaluateQuorum(requirement, { ...of, human: "none" }, reviews);
        const unknown = evaluateQuorum(requirement, { ...of, human: "unknown" }, reviews);
        if (unknown.outcome === "met") expect(known.outcome).toBe("met");
        expect(unknown.missing).toBeGreaterThanOrEqual(known.missing);
      }),
    );
  });
});
