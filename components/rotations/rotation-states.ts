import type { RotationState } from "#server/engines/rotation/state-machine.ts";

const STATES = [
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
] as const satisfies readonly RotationState[];

/** Whether the screen has words for a state. */
export function isKnownState(state: string): state is (typeof STATES)[number] {
  return STATES.some((each) => each === state);
}
