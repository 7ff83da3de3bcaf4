/** The states of DESIGN §6. */
export const ROTATION_STATES = [
  "requested",
  "awaiting_approval",
  "staged",
  "applied",
  "verified",
  "promoted",
  "grace",
  "revoking",
  "verified_dead",
  "done",
  "rolled_back",
  "revoke_failed",
  "indeterminate",
  "orphaned",
] as const;

export type RotationState = (typeof ROTATION_STATES)[number];

/** What the worker does next; each step is one `begin`, outside acts, one `record`. */
export const ROTATION_STEPS = [
  "stage",
  "apply",
  "verify",
  "promote",
  "settle",
  "revoke",
  "destroy",
  "resolve",
  "roll-back",
  "take-back",
] as const;

export type RotationStep = (typeof ROTATION_STEPS)[number];

/** Nothing follows these: the rotation is over. */
export const FINAL_STATES: ReadonlySet<RotationState> = new Set([
  "done",
  "rolled_back",
  "orphaned",
]);

/** Until the main path changes, giving up means undoing; afterwards it means going on. */
const BEFORE_PROMOTION: ReadonlySet<RotationState> = new Set([
  "requested",
  "awaiting_approval",
  "staged",
  "applied",
  "verified",
]);

const MOVES: Record<RotationState, readonly RotationState[]> = {
  requested: ["awaiting_approval", "staged", "rolled_back", "indeterminate"],
  awaiting_approval: ["staged", "rolled_back", "indeterminate"],
  staged: ["applied", "rolled_back", "indeterminate"],
  applied: ["verified", "rolled_back"],
  verified: ["promoted", "rolled_back", "indeterminate"],
  promoted: ["grace"],
  // Back only by a person's word, while both values work (ADR 12).
  grace: ["revoking", "orphaned", "rolled_back"],
  revoking: ["verified_dead", "revoke_failed", "indeterminate", "orphaned"],
  verified_dead: ["done"],
  revoke_failed: ["revoking", "orphaned"],
  indeterminate: [],
  done: [],
  rolled_back: [],
  orphaned: [],
};

/** From `indeterminate`: what the target said is true. Revoking is never among it, only going back to it. */
const MOVES_AFTER_DOUBT: Partial<Record<RotationState, readonly RotationState[]>> = {
  requested: ["requested", "staged", "rolled_back"],
  awaiting_approval: ["awaiting_approval", "staged", "rolled_back"],
  staged: ["staged", "applied", "rolled_back"],
  verified: ["verified", "promoted", "rolled_back"],
  revoking: ["revoking", "orphaned"],
};

const STEP_OF: Partial<Record<RotationState, RotationStep>> = {
  requested: "stage",
  // Claimed only once its approval was used.
  awaiting_approval: "stage",
  staged: "apply",
  applied: "verify",
  verified: "promote",
  promoted: "settle",
  grace: "revoke",
  revoking: "revoke",
  revoke_failed: "revoke",
  verified_dead: "destroy",
  indeterminate: "resolve",
};

/** Whether a rotation may go from one state to another; `resume` is where `indeterminate` was entered. */
export function mayMove(
  from: RotationState,
  to: RotationState,
  resume: RotationState | null = null,
): boolean {
  if (from !== "indeterminate") return MOVES[from].includes(to);
  return resume !== null && (MOVES_AFTER_DOUBT[resume]?.includes(to) ?? false);
}

/** The step that a state calls for; null when it waits for somebody or is over. */
export function nextStep(state: RotationState): RotationStep | null {
  return STEP_OF[state] ?? null;
}

/** Whether a step may begin in this state. */
export function mayBegin(
  state: RotationState,
  step: RotationStep,
  resume: RotationState | null = null,
): boolean {
  if (step === "roll-back") return isBeforePromotion(state, resume);
  if (step === "take-back") return state === "grace";
  return nextStep(state) === step;
}

/** Whether giving up here means undoing (true) or going on (false). */
export function isBeforePromotion(
  state: RotationState,
  resume: RotationState | null = null,
): boolean {
  if (state === "indeterminate") return resume !== null && BEFORE_PROMOTION.has(resume);
  return BEFORE_PROMOTION.has(state);
}

/** Seconds until attempt `attempt` (from 1): doubling from two seconds, never more than five minutes. */
export function backoffSeconds(attempt: number): number {
  return Math.min(300, 2 ** Math.min(Math.max(attempt, 1), 20));
}
