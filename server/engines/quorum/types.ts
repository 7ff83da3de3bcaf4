/** Who somebody is: issuer and subject, never an e-mail (law 9). */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** So many different humans of this role. */
export interface QuorumGroup {
  readonly role: string;
  readonly count: number;
}

/** Every group must be full, each with humans of its own. */
export type QuorumRequirement = readonly QuorumGroup[];

/** The human behind the request: the requester itself, somebody it acts for, or nobody knows who. */
export type HumanBehind = Identity | "requester" | "unknown" | "none";

/** What is being judged, in the form the reviews must name. */
export interface QuorumSubject {
  readonly revision: number;
  readonly digest: string;
  readonly requester: Identity;
  readonly human: HumanBehind;
}

export interface QuorumReview {
  readonly reviewId: string;
  readonly revision: number;
  readonly digest: string;
  readonly reviewer: Identity;
  readonly roles: readonly string[];
  readonly decision: "approve" | "reject";
}

/** An audited act that says: these identities are one human. */
export interface IdentityLink {
  readonly human: string;
  readonly identity: Identity;
}

export type NotCounted =
  | "stale"
  | "requester"
  | "human-behind-requester"
  | "same-human"
  | "role-not-asked-for"
  | "place-taken"
  | "issuer-not-linked";

export interface GroupState extends QuorumGroup {
  readonly filled: number;
  readonly missing: number;
}

export interface QuorumState {
  readonly outcome: "met" | "open" | "rejected";
  readonly groups: readonly GroupState[];
  /** One more approval of any role asked for, since the human behind the request is unknown. */
  readonly additional: { readonly roles: readonly string[]; readonly missing: number } | null;
  /** Approvals that fill a place, and the role they fill it in. */
  readonly counted: readonly { readonly reviewId: string; readonly role: string }[];
  readonly notCounted: readonly { readonly reviewId: string; readonly why: NotCounted }[];
  readonly rejectedBy: readonly string[];
  /** How many more humans it takes. */
  readonly missing: number;
}
