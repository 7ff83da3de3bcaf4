import type { Identity, IdentityLink, QuorumReview } from "./types.ts";

/** A human as the quorum knows one: an identity, or several that an audited act has joined. */
export interface Human {
  readonly key: string;
  readonly reviews: readonly QuorumReview[];
  readonly roles: ReadonlySet<string>;
}

export function identityKey(identity: Identity): string {
  return JSON.stringify([identity.issuer, identity.subject]);
}

/** The key of the human behind an identity: the linked human, else the identity itself. */
export function humanKeys(links: readonly IdentityLink[]): (identity: Identity) => string {
  const linked = new Map(
    links.map((link) => [identityKey(link.identity), `${LINKED}${link.human}`]),
  );
  return (identity) => linked.get(identityKey(identity)) ?? identityKey(identity);
}

// No identity key begins so: those are JSON arrays.
const LINKED = "human:";

function isLinkedKey(key: string): boolean {
  return key.startsWith(LINKED);
}

/** Joins approvals by human, in the order of their keys. */
export function groupByHuman(
  approvals: readonly QuorumReview[],
  keyOf: (identity: Identity) => string,
): Human[] {
  const byKey = new Map<string, QuorumReview[]>();
  for (const review of approvals) {
    const key = keyOf(review.reviewer);
    byKey.set(key, [...(byKey.get(key) ?? []), review]);
  }
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, reviews]) => humanOf(key, reviews));
}

function humanOf(key: string, reviews: readonly QuorumReview[]): Human {
  return { key, reviews, roles: new Set(reviews.flatMap(({ roles }) => roles)) };
}

/**
 * The largest sets in which any two identities share an issuer or are linked (law 9): two accounts
 * of different issuers may be one person, until an audited act says who they are. Every such set
 * is either what one issuer's identities said or what the linked ones said.
 */
export function comparableSets(humans: readonly Human[]): Human[][] {
  const issuers = new Set(
    humans.flatMap(({ reviews }) => reviews.map(({ reviewer }) => reviewer.issuer)),
  );
  const ofIssuer = [...issuers].sort().map((issuer) =>
    humans
      .map(({ key, reviews }) =>
        humanOf(
          key,
          reviews.filter(({ reviewer }) => reviewer.issuer === issuer),
        ),
      )
      .filter(({ reviews }) => reviews.length > 0),
  );
  return [...ofIssuer, humans.filter(({ key }) => isLinkedKey(key))];
}
