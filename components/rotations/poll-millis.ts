import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { isOver } from "./rotation-path.ts";

const MOVING_MILLIS = 1_000;
const WAITING_MILLIS = 10_000;

/** States that last until a time or a person comes. */
const WAITING: ReadonlySet<RotationState> = new Set(["grace", "awaiting_approval"]);

/** How often to look at rotations in these states; `null` when all of them are over. */
export function pollMillis(states: readonly (RotationState | null)[]): number | null {
  const unfinished = states.filter((state) => state !== null && !isOver(state));
  if (unfinished.length === 0) return null;
  return unfinished.every((state) => state && WAITING.has(state)) ? WAITING_MILLIS : MOVING_MILLIS;
}
