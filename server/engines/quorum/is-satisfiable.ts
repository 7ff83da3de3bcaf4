import { evaluateQuorum } from "./evaluate-quorum.ts";
import type { Identity, IdentityLink, QuorumRequirement, QuorumSubject } from "./types.ts";

/** Somebody who might review. */
export interface Candidate extends Identity {
  readonly roles: readonly string[];
}

/**
 * Whether these people could ever meet the requirement, if all of them approved: a request that
 * cannot be satisfied is refused at once, not after everybody has tried.
 */
export function isSatisfiable(
  requirement: QuorumRequirement,
  subject: Pick<QuorumSubject, "requester" | "human">,
  candidates: readonly Candidate[],
  links: readonly IdentityLink[] = [],
): boolean {
  const reviews = candidates.map(({ issuer, subject: name, roles }, index) => ({
    reviewId: String(index),
    revision: 1,
    digest: "",
    reviewer: { issuer, subject: name },
    roles,
    decision: "approve" as const,
  }));
  const state = evaluateQuorum(
    requirement,
    { ...subject, revision: 1, digest: "" },
    reviews,
    links,
  );
  return state.outcome === "met";
}
