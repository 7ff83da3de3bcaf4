/** A remediation's states (ADR 31). `by_hand` is done by people: the console has no way to apply it. */
export const REMEDIATION_STATES = [
  "proposed",
  "dry_run",
  "awaiting_approval",
  "approved",
  "applying",
  "verifying",
  "rolling_back",
  "indeterminate",
  "by_hand",
  "verified",
  "rolled_back",
  "failed",
  "refused",
  "withdrawn",
  "expired",
  "superseded",
] as const;
export type RemediationState = (typeof REMEDIATION_STATES)[number];

/** Nothing comes after these. */
export const FINAL_REMEDIATION_STATES: ReadonlySet<RemediationState> = new Set([
  "verified",
  "rolled_back",
  "failed",
  "refused",
  "withdrawn",
  "expired",
  "superseded",
]);

/** The cluster may hold something of ours that is not proved yet: only the worker moves these. */
export const TOUCHING_STATES: ReadonlySet<RemediationState> = new Set([
  "applying",
  "verifying",
  "rolling_back",
  "indeterminate",
]);

const ENDS_BEFORE_THE_ACT = ["refused", "withdrawn", "expired", "superseded", "failed"] as const;

const MOVES: Record<RemediationState, readonly RemediationState[]> = {
  proposed: ["dry_run", ...ENDS_BEFORE_THE_ACT],
  // Back to `proposed`: the cluster or the source was away, somebody tries again.
  dry_run: ["proposed", "awaiting_approval", "approved", "by_hand", ...ENDS_BEFORE_THE_ACT],
  awaiting_approval: ["approved", ...ENDS_BEFORE_THE_ACT],
  approved: ["applying", ...ENDS_BEFORE_THE_ACT],
  // Back to `approved`: it was proved that nothing reached the cluster.
  applying: ["verifying", "approved", "failed", "superseded", "indeterminate"],
  verifying: ["verified", "rolling_back", "failed"],
  rolling_back: ["rolled_back", "failed", "indeterminate"],
  // Only the cluster's own answer leads out.
  indeterminate: ["approved", "verifying", "rolling_back", "rolled_back", "failed"],
  by_hand: ["withdrawn", "expired", "superseded"],
  verified: [],
  rolled_back: [],
  failed: [],
  refused: [],
  withdrawn: [],
  expired: [],
  superseded: [],
};

/** Whether a remediation may go from one state to another. */
export function mayMoveRemediation(from: RemediationState, to: RemediationState): boolean {
  return MOVES[from].includes(to);
}

/** Whether a person may still take it back: nothing of it has reached the cluster. */
export function mayWithdrawRemediation(state: RemediationState): boolean {
  return MOVES[state].includes("withdrawn");
}

const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 300;

/** The pause before the next attempt after this many setbacks, in seconds. */
export function remediationPauseSeconds(attempt: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.min(attempt, 20), LONGEST_PAUSE_SECONDS);
}
