import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Clears the sibling path and lets consumers move over: both users work during the grace. */
export async function settle(run: RotationRun): Promise<StepResult> {
  await run.begin("settle");
  await run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  return run.record("grace", { note: "old and new login both work" });
}
