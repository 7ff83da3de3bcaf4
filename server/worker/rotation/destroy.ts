import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Destroys the old value in the vault, once it is proved dead. */
export async function destroy(run: RotationRun): Promise<StepResult> {
  await run.begin("destroy");
  const { version } = run.handles.old;
  await run.outside("vault.destroy-old", () => run.kv.destroyVersions(run.claim.path, [version]));
  return run.record("done", { note: `version ${version} destroyed` });
}
