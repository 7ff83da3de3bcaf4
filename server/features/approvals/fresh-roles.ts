import type { ReviewRow } from "./approval-rows.ts";
import { isSameIdentity } from "./requester.ts";

/** Somebody's roles as they were just read again. */
export interface FreshRoles {
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/**
 * Reviews with the roles that their reviewers had then and still have. Who could not be asked
 * about has none: unreachable is denied (law 10).
 */
export function withFreshRoles(
  reviews: readonly ReviewRow[],
  fresh: readonly FreshRoles[],
): ReviewRow[] {
  return reviews.map((review) => {
    const identity = { issuer: review.reviewer_issuer, subject: review.reviewer_subject };
    const now = fresh.find((each) => isSameIdentity(each, identity))?.roles ?? [];
    return {
      ...review,
      reviewer_roles: review.reviewer_roles.filter((role) => now.includes(role)),
    };
  });
}
