/** From the request to how it ended (docs/adr/0014-regions-and-promotion.md). */
export const PROMOTION_STATES = [
  "requested",
  "awaiting_approval",
  "approved",
  "executing",
  "indeterminate",
  "succeeded",
  "failed",
  "withdrawn",
  "rejected",
  "expired",
] as const;

export type PromotionState = (typeof PROMOTION_STATES)[number];

/** Nothing follows these. */
export const FINAL_PROMOTION_STATES: ReadonlySet<PromotionState> = new Set([
  "succeeded",
  "failed",
  "withdrawn",
  "rejected",
  "expired",
]);

/** While it is in one of these, rotations wait: the primary may be changing under them. */
export const PROMOTION_UNDER_WAY: ReadonlySet<PromotionState> = new Set([
  "executing",
  "indeterminate",
]);

const MOVES: Record<PromotionState, readonly PromotionState[]> = {
  requested: ["awaiting_approval", "withdrawn"],
  awaiting_approval: ["approved", "rejected", "expired", "withdrawn"],
  // Only a person makes it execute: time alone ends it.
  approved: ["executing", "expired", "withdrawn"],
  executing: ["succeeded", "failed", "indeterminate"],
  indeterminate: ["executing", "succeeded", "failed"],
  succeeded: [],
  failed: [],
  withdrawn: [],
  rejected: [],
  expired: [],
};

export function mayPromotionMove(from: PromotionState, to: PromotionState): boolean {
  return MOVES[from].includes(to);
}

/** What the operator's hook, or the region itself, said. */
export type HookAnswer = "succeeded" | "failed" | "running" | "unknown" | "absent" | "never-sent";

/** Attempts at a hook that no call has reached. */
export const MAX_UNSENT_ATTEMPTS = 5;

/**
 * Where an answer leaves a promotion. `attempt` counts calls that never left, from 1. A hook that was
 * never reached or never heard of the promotion has done nothing: only then is it called again.
 */
export function afterHook(answer: HookAnswer, attempt: number): PromotionState {
  switch (answer) {
    case "succeeded":
      return "succeeded";
    case "failed":
      return "failed";
    case "never-sent":
      return attempt >= MAX_UNSENT_ATTEMPTS ? "failed" : "executing";
    case "running":
    case "absent":
      return "executing";
    case "unknown":
      return "indeterminate";
  }
}
