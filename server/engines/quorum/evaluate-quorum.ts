import { comparableSets, groupByHuman, type Human, humanKeys } from "./humans.ts";
import { matchPlaces } from "./match-places.ts";
import { assertRequirement } from "./requirement.ts";
import type {
  Identity,
  IdentityLink,
  NotCounted,
  QuorumRequirement,
  QuorumReview,
  QuorumState,
  QuorumSubject,
} from "./types.ts";

interface Place {
  readonly group: number;
  readonly roles: readonly string[];
}

interface Seating {
  readonly places: readonly Place[];
  readonly seats: readonly (Human | undefined)[];
  readonly filled: number;
}

/**
 * What a request still lacks. Only reviews of this revision and digest count; neither the
 * requester nor the human behind it ever does; one human fills one place; an unknown human behind
 * the request asks for one more; one rejection ends it. Throws RangeError on a bad requirement.
 */
export function evaluateQuorum(
  requirement: QuorumRequirement,
  subject: QuorumSubject,
  reviews: readonly QuorumReview[],
  links: readonly IdentityLink[] = [],
): QuorumState {
  assertRequirement(requirement);
  const keyOf = humanKeys(links);
  const notCounted = new Map<string, NotCounted>();
  const ordered = [...reviews].sort((a, b) => (a.reviewId < b.reviewId ? -1 : 1));
  const current: QuorumReview[] = [];
  for (const review of ordered) {
    const why = whyNever(review, subject, keyOf);
    if (why) notCounted.set(review.reviewId, why);
    else current.push(review);
  }
  const rejectedBy = current.filter(({ decision }) => decision === "reject");
  const approvals = current.filter(({ decision }) => decision === "approve");
  const humans = groupByHuman(approvals, keyOf);
  const best = bestSeating(placesOf(requirement, subject), humans);
  const counted = countedReviews(best);
  for (const human of humans) explainUncounted(human, best, counted, notCounted);

  const groups = requirement.map((group, index) => {
    const filled = best.places.filter(
      (place, at) => place.group === index && best.seats[at],
    ).length;
    return { ...group, filled, missing: group.count - filled };
  });
  const extra = best.places.findIndex((place) => place.group === requirement.length);
  const missing = best.places.length - best.filled;
  return {
    outcome: rejectedBy.length > 0 ? "rejected" : missing === 0 ? "met" : "open",
    groups,
    additional:
      extra === -1
        ? null
        : { roles: best.places[extra]?.roles ?? [], missing: best.seats[extra] ? 0 : 1 },
    counted: [...counted].map(([reviewId, role]) => ({ reviewId, role })),
    notCounted: [...notCounted].map(([reviewId, why]) => ({ reviewId, why })),
    rejectedBy: rejectedBy.map(({ reviewId }) => reviewId),
    missing,
  };
}

function whyNever(
  review: QuorumReview,
  subject: QuorumSubject,
  keyOf: (identity: Identity) => string,
): NotCounted | undefined {
  const reviewer = keyOf(review.reviewer);
  if (reviewer === keyOf(subject.requester)) return "requester";
  if (typeof subject.human === "object" && reviewer === keyOf(subject.human))
    return "human-behind-requester";
  if (review.revision !== subject.revision || review.digest !== subject.digest) return "stale";
  return undefined;
}

function placesOf(requirement: QuorumRequirement, subject: QuorumSubject): Place[] {
  const places = requirement.flatMap((group, index) =>
    Array.from({ length: group.count }, () => ({ group: index, roles: [group.role] })),
  );
  if (subject.human !== "unknown") return places;
  const roles = [...new Set(requirement.map(({ role }) => role))].sort();
  return [...places, { group: requirement.length, roles }];
}

function bestSeating(places: readonly Place[], humans: readonly Human[]): Seating {
  let best: Seating = { places, seats: places.map(() => undefined), filled: 0 };
  for (const set of comparableSets(humans)) {
    const fits = set.map((human) =>
      places.map((place) => place.roles.some((role) => human.roles.has(role))),
    );
    const seats = matchPlaces(fits, places.length).map((human) => set[human]);
    const filled = seats.filter(Boolean).length;
    if (filled > best.filled) best = { places, seats, filled };
  }
  return best;
}

/** One review of each seated human, with the role of the seat. */
function countedReviews(best: Seating): Map<string, string> {
  const counted = new Map<string, string>();
  best.seats.forEach((human, at) => {
    const role = best.places[at]?.roles.find((candidate) => human?.roles.has(candidate));
    const review = human?.reviews.find(({ roles }) => role !== undefined && roles.includes(role));
    if (role !== undefined && review) counted.set(review.reviewId, role);
  });
  return counted;
}

function explainUncounted(
  human: Human,
  best: Seating,
  counted: ReadonlyMap<string, string>,
  notCounted: Map<string, NotCounted>,
): void {
  const asked = new Set(best.places.flatMap(({ roles }) => roles));
  const seated = best.seats.filter((seat) => seat !== undefined);
  const isSeated = seated.some(({ key }) => key === human.key);
  const isComparable = comparableSets([...seated, human]).some(
    (set) => set.length === seated.length + 1,
  );
  for (const review of human.reviews) {
    if (counted.has(review.reviewId)) continue;
    if (isSeated) notCounted.set(review.reviewId, "same-human");
    else if (![...human.roles].some((role) => asked.has(role)))
      notCounted.set(review.reviewId, "role-not-asked-for");
    else notCounted.set(review.reviewId, isComparable ? "place-taken" : "issuer-not-linked");
  }
}
