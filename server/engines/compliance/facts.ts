import type { EvidenceRef } from "./check.ts";

/** Things of one kind, how many of them are not as they should be, and a few of either. */
export interface Counted {
  readonly total: number;
  readonly bad: number;
  /** The oldest that are bad. */
  readonly badRefs: readonly EvidenceRef[];
  /** The newest that are not. */
  readonly goodRefs: readonly EvidenceRef[];
}

/** When somebody looked last, and what could not be read then. */
export interface Looked {
  /** Null: never. */
  readonly at: string | null;
  readonly away: readonly EvidenceRef[];
}

/** Cells of the isolation matrix, by state. */
export interface Cells {
  readonly total: number;
  readonly violated: readonly EvidenceRef[];
  readonly unknown: readonly EvidenceRef[];
  readonly verified: readonly EvidenceRef[];
}

export interface CredentialFacts {
  /** Past their age limit, stuck or orphaned. */
  readonly late: Counted;
  /** Nobody answers for them, or they are gone from their store. */
  readonly unmanaged: Counted;
  readonly discovery: Looked;
  /** Rotations whose old value was not proved dead in time. */
  readonly oldValues: Counted;
  readonly leaks: Counted;
}

export interface ApprovalFacts {
  /** Approved without a quorum, judged anew from the reviews. */
  readonly quorum: Counted;
  /** Approved by the one who asked, or by the human behind. */
  readonly ownApprovals: Counted;
  /** There are more approvals than were read. */
  readonly isCut: boolean;
  /** What production's policy does not demand; null: there is no policy. */
  readonly productionGaps: readonly string[] | null;
  readonly productionPolicy: EvidenceRef | null;
  /** Running services whose deployment nobody approved. */
  readonly unapproved: Counted;
  /** Running images by what is known of where they come from. */
  readonly images: {
    readonly total: number;
    readonly refused: readonly EvidenceRef[];
    readonly unknown: readonly EvidenceRef[];
    readonly verified: readonly EvidenceRef[];
  };
}

export interface AccessFacts {
  /** Grants longer than their environment ever allowed. */
  readonly tooLong: Counted;
  /** Grants taken without a fresh second factor. */
  readonly withoutFactor: Counted;
  /** Ended grants that still hold somewhere. */
  readonly lingering: Counted;
  /** Uses of break-glass that nobody reviewed in time. */
  readonly unreviewed: Counted;
  readonly reviewPolicy: { readonly isEnabled: boolean; readonly nextStartAt: string } | null;
  /** Open reviews past their end. */
  readonly lateReviews: Counted;
  readonly lastReview: EvidenceRef | null;
  readonly directories: Looked;
  /** Revoked in a review, and still there after a week. */
  readonly stillThere: Counted;
  /** Security keys that seem to have been copied. */
  readonly copiedKeys: Counted;
  /** Whether service callers must prove that a token is theirs. */
  readonly isTokenBound: boolean;
}

export interface PlaceFacts {
  readonly isolation: Cells;
  readonly residency: Cells;
  readonly isolationLook: Looked;
  readonly driftLook: Looked;
  /** Critical for a day or high for a week. */
  readonly oldDrift: Counted;
  /** Images that no deployment recorded. */
  readonly unknownImages: Counted;
  /** Pods that lost hardening. */
  readonly weakened: Counted;
  /** Policies that let more through than is declared. */
  readonly opened: Counted;
  /** Resources that a neighbour crowds. */
  readonly crowded: Counted;
  /** Tables of the console without forced row security, and logins that are above it. */
  readonly openTables: Counted;
}

export interface LogFacts {
  /** The newest signed head. */
  readonly head: { readonly size: number; readonly digest: string; readonly at: string } | null;
  /** The oldest event that waits to be sealed. */
  readonly oldestPendingAt: string | null;
  readonly audit: {
    readonly at: string;
    readonly size: number;
    readonly faults: number;
    readonly digest: string;
  } | null;
  readonly witnesses: readonly {
    readonly name: string;
    readonly trouble: string | null;
    readonly askedAt: string;
    readonly knownSize: number;
    /** When the first head that it has not cosigned was signed; null: it has them all. */
    readonly behindSince: string | null;
  }[];
}

export interface OperationFacts {
  /** Critical alerts that nobody acknowledged for a day. */
  readonly unanswered: Counted;
  /** Endpoints of alerts, those that a delivery was given up for lately. */
  readonly endpoints: Counted;
  readonly regions: readonly {
    readonly region: string;
    readonly role: string;
    readonly behind: number;
    readonly unknown: number;
    readonly checkedAt: string | null;
  }[];
}

/** What becomes of the log's records: where they go, what is encrypted, what is erased. */
export interface RecordFacts {
  /** Sinks of the log, those that are behind or paused. */
  readonly sinks: Counted;
  /** What could not be taken or delivered, and nobody settled. */
  readonly deadLetters: Counted;
  /** Erasures and expiries that are not carried out in time. */
  readonly erasures: Counted;
  readonly retentionLook: Looked;
  /** Payloads of the newest events, those that no key of the tenant's own encrypts. */
  readonly payloads: Counted;
}

/** Everything that the checks are judged by: one moment of one tenant. */
export interface ComplianceFacts {
  /** The database's clock, ISO 8601. */
  readonly now: string;
  readonly isSovereign: boolean;
  readonly credentials: CredentialFacts;
  readonly approvals: ApprovalFacts;
  readonly access: AccessFacts;
  readonly places: PlaceFacts;
  readonly log: LogFacts;
  readonly records: RecordFacts;
  readonly operations: OperationFacts;
}
