import type {
  Identity,
  IdentityLink,
  QuorumRequirement,
  QuorumReview,
  QuorumSubject,
} from "../types.ts";

/** Law 9 word by word, by trying every way to sit: slow, and shares no code with the engine. */
export function isMetByOracle(
  requirement: QuorumRequirement,
  subject: QuorumSubject,
  reviews: readonly QuorumReview[],
  links: readonly IdentityLink[],
): boolean {
  const linkOf = (one: Identity) =>
    links.find(({ identity }) => identity.issuer === one.issuer && identity.subject === one.subject)
      ?.human;
  const isSameHuman = (a: Identity, b: Identity) =>
    (a.issuer === b.issuer && a.subject === b.subject) ||
    (linkOf(a) !== undefined && linkOf(a) === linkOf(b));
  const isComparable = (a: QuorumReview, b: QuorumReview) => {
    const [linkA, linkB] = [linkOf(a.reviewer), linkOf(b.reviewer)];
    return a.reviewer.issuer === b.reviewer.issuer || (linkA !== undefined && linkB !== undefined);
  };
  const current = reviews.filter(
    (review) =>
      review.revision === subject.revision &&
      review.digest === subject.digest &&
      !isSameHuman(review.reviewer, subject.requester) &&
      !(typeof subject.human === "object" && isSameHuman(review.reviewer, subject.human)),
  );
  if (current.some(({ decision }) => decision === "reject")) return false;

  const asked = requirement.map(({ role }) => role);
  const places = requirement.flatMap(({ role, count }) => Array<string[]>(count).fill([role]));
  if (subject.human === "unknown") places.push(asked);

  const sit = (at: number, seated: QuorumReview[]): boolean => {
    if (at === places.length) return true;
    return current.some(
      (review) =>
        review.roles.some((role) => places[at]?.includes(role)) &&
        seated.every(
          (other) => !isSameHuman(other.reviewer, review.reviewer) && isComparable(other, review),
        ) &&
        sit(at + 1, [...seated, review]),
    );
  };
  return sit(0, []);
}
