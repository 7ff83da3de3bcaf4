/** `unknown` is a state of its own, and never counts as met (law 7). */
export const CHECK_STATES = ["met", "failing", "unknown", "not-applicable"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** What a check can point at; the screens know where each is shown. */
export const EVIDENCE_KINDS = [
  "secret-binding",
  "rotation",
  "leak-incident",
  "discovery-source",
  "approval",
  "elevation-grant",
  "environment-policy",
  "running-service",
  "break-glass-use",
  "access-campaign",
  "access-item",
  "access-directory",
  "isolation-cell",
  "drift-finding",
  "drift-cluster",
  "quota",
  "sink",
  "dead-letter",
  "retention-act",
  "audit-event",
  "checkpoint",
  "log-audit",
  "witness",
  "security-key",
  "alert",
  "webhook-endpoint",
  "region",
  "setting",
  "table",
  "login",
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** One thing that a check was judged by: a row, an event or a digest, and of when it is. */
export interface EvidenceRef {
  readonly kind: EvidenceKind;
  /** An id, a name, or `size:digest` of a checkpoint. */
  readonly id: string;
  /** ISO 8601; null where it has no time. */
  readonly at: string | null;
}

/** What a check says: a state, why as a code with parameters, and what it was judged by. */
export interface Judgement {
  readonly state: CheckState;
  /** Words are in `messages/<locale>/compliance.json`, `reason.<code>`. */
  readonly reason: ReasonCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly evidence: readonly EvidenceRef[];
}

export const REASON_CODES = [
  /** `total`: every one of them is as it should be. */
  "all",
  /** `bad` of `total` are not. */
  "some",
  /** There is nothing to judge. */
  "none",
  /** `count` sources can't be read. */
  "sources-away",
  /** Nobody looked yet. */
  "not-looked",
  /** `minutes`: the last look is older than it may be. */
  "look-old",
  /** Only the Sovereign's own context, or only other ones, have it. */
  "elsewhere",
  /** `unknown` of `total` can't be told. */
  "some-unknown",
  /** More than were looked at: `seen`. */
  "too-many",
  /** `gaps`: what production does not demand. */
  "production-open",
  "production-guarded",
  /** No policy of production: nothing can be deployed there. */
  "no-production",
  "no-review-policy",
  /** `days` since the review was due. */
  "review-overdue",
  "reviews-on-time",
  /** `seconds` that the oldest event waits. */
  "seal-late",
  /** `size` entries under the newest head. */
  "sealed",
  /** `faults` rows differ from what was signed. */
  "log-altered",
  /** `size` entries were audited. */
  "log-intact",
  "no-witness",
  /** `witness`, `trouble`. */
  "witness-contradicts",
  "witness-away",
  /** `seconds` behind the newest head. */
  "witness-behind",
  "witnessed",
  "no-endpoint",
  "single-region",
  "setting-open",
  "setting-closed",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];
