import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { OutsideTrouble } from "./outside-trouble.ts";
import type { RotationRun } from "./rotation-run.ts";

/**
 * Takes a promoted rotation back, by a person's word. An act that failed, or whose outcome nobody
 * knows, is tried again later: each looks first at what is true.
 */
export async function takeBack(run: RotationRun): Promise<StepResult> {
  if (!run.rotator.takeBack) throw new Error(`${run.claim.rotator.kind} can't be taken back`);
  await run.begin("take-back");
  const outcome = await run.rotator.takeBack();
  switch (outcome.kind) {
    case "done":
      return run.record("rolled_back", { restoredVersion: outcome.version, note: outcome.note });
    case "orphaned": {
      const { errorCode, errorText } = outcome.trouble;
      return run.record("orphaned", { errorCode, errorText: errorText.slice(0, 500) });
    }
    default:
      throw new OutsideTrouble(outcome.trouble);
  }
}
