/** What may become of a lease, from the intent to have one to the proof that it is over. */
export const LEASE_STATES = [
  /** Asked for, and perhaps made: OpenBao's answer was not recorded. */
  "issuing",
  /** Made, with the name by which it can be ended; its workload doesn't have it yet. */
  "issued",
  "active",
  "renewing",
  "revoking",
  /** Ended by us, and shown to be over. */
  "revoked",
  "expired",
  /** OpenBao doesn't know it any more, before its time and not through us. */
  "lost",
  /** Never made. */
  "failed",
  /** It may have been made, and nobody can say; what is ours of it is searched for. */
  "indeterminate",
] as const;

export type LeaseState = (typeof LEASE_STATES)[number];

/** Nothing follows these. */
export const ENDED_LEASES: ReadonlySet<LeaseState> = new Set([
  "revoked",
  "expired",
  "lost",
  "failed",
]);

const MOVES: Record<LeaseState, readonly LeaseState[]> = {
  issuing: ["issued", "failed", "indeterminate"],
  // Its value was lost before it was delivered: it was ended, and another is asked for.
  issued: ["active", "issuing", "revoking", "revoked", "expired", "lost"],
  active: ["renewing", "revoking", "expired", "lost"],
  renewing: ["active", "revoking", "expired", "lost"],
  revoking: ["revoked", "expired"],
  indeterminate: ["issuing", "failed", "expired"],
  revoked: [],
  expired: [],
  lost: [],
  failed: [],
};

/** Whether a lease may go from one state to another. */
export function mayMoveLease(from: LeaseState, to: LeaseState): boolean {
  return MOVES[from].includes(to);
}

/** Seconds until a lease is looked at again: each minute, and soon after it should have run out. */
export function secondsToNextLook(secondsLeft: number): number {
  return Math.min(60, Math.max(1, Math.ceil(secondsLeft) + 1));
}
