import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import type { Trouble } from "./outside-trouble.ts";
import type { RotationRun } from "./rotation-run.ts";

/**
 * Undoes what a rotation did before promotion. When its value is in use after all, the rotation was
 * promoted, and goes on.
 */
export async function rollBack(run: RotationRun, why?: Trouble): Promise<StepResult> {
  const trouble = why ? { ...why, errorText: why.errorText.slice(0, 500) } : storedTrouble(run);
  await run.begin("roll-back", trouble);
  if (!run.newHandle) return run.record("rolled_back", trouble);
  const undoing = await run.rotator.undo();
  if (undoing.kind === "undone") return run.record("rolled_back", trouble);
  return run.recordPromotion(undoing.version, `version ${undoing.version}`);
}

/** What an earlier holder gave up for, when this one only carries the undoing on. */
function storedTrouble({ claim }: RotationRun): Trouble | undefined {
  const { errorCode, errorText } = claim;
  return errorCode && errorText ? { errorCode, errorText } : undefined;
}
