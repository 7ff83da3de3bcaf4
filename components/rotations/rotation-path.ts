import type { RotationState } from "#server/engines/rotation/state-machine.ts";

/** A state that a rotation came to, and when. */
export interface ReachedState {
  state: RotationState;
  at: Date;
  note: string;
}

export interface PathStep {
  state: RotationState;
  stage: "done" | "current" | "ahead" | "failed";
  at: Date | null;
  note: string;
}

/** The way of a rotation that meets no trouble. */
const USUAL: readonly RotationState[] = [
  "requested",
  "staged",
  "applied",
  "verified",
  "promoted",
  "grace",
  "revoking",
  "verified_dead",
  "done",
];
const TROUBLE: ReadonlySet<RotationState> = new Set([
  "rolled_back",
  "revoke_failed",
  "indeterminate",
  "orphaned",
]);
const OVER: ReadonlySet<RotationState> = new Set(["done", "rolled_back", "orphaned"]);

/** Whether nothing more will happen to a rotation in this state. */
export function isOver(state: RotationState): boolean {
  return OVER.has(state);
}

/**
 * What a rotation went through, where it is, and what is still to come: in that order. The last
 * reached state is the current one unless the rotation is over; after trouble that ended it,
 * nothing is to come.
 */
export function rotationPath(now: RotationState, reached: readonly ReachedState[]): PathStep[] {
  const past = reached.map(({ state, at, note }, index): PathStep => {
    const isLast = index === reached.length - 1;
    if (TROUBLE.has(state)) return { state, at, note, stage: "failed" };
    return { state, at, note, stage: isLast && !isOver(now) ? "current" : "done" };
  });
  if (isOver(now)) return past;
  const furthest = Math.max(
    -1,
    ...reached.map(({ state }) =>
      USUAL.indexOf(state === "awaiting_approval" ? "requested" : state),
    ),
  );
  const ahead = USUAL.slice(furthest + 1).map(
    (state): PathStep => ({ state, at: null, note: "", stage: "ahead" }),
  );
  return [...past, ...ahead];
}
