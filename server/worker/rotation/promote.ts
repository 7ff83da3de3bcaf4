import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { credentialFields } from "#server/integrations/openbao/database-credential.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { currentLogin, stagedLogin } from "./read-login.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Moves the proved value to the main path, if that is still as it was found. */
export async function promote(run: RotationRun): Promise<StepResult> {
  await run.begin("promote");
  const staged = await stagedLogin(run, "vault.read-staged");
  const { old } = run.handles;
  try {
    const version = await run.outside("vault.promote", () =>
      run.kv.write(run.claim.path, credentialFields(staged), old.version),
    );
    return await promoted(run, version);
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    if (error.failure === "cas_mismatch") return afterMismatch(run);
    if (error.changedNothing) throw error;
    return run.record("indeterminate", {
      errorCode: "vault_outcome_unknown",
      errorText: error.message,
    });
  }
}

export function promoted(run: RotationRun, version: number): Promise<StepResult> {
  return run.record("promoted", { promotedVersion: version, note: `version ${version}` });
}

/** Ours from before a crash, which counts as done, or somebody else's, which we don't overwrite. */
async function afterMismatch(run: RotationRun): Promise<StepResult> {
  const current = await currentLogin(run, "vault.ask-current");
  const isOurs = current.kind === "found" && current.credential.rotationId === run.rotationId;
  if (isOurs) return promoted(run, current.version);
  return rollBack(run, {
    errorCode: "vault_moved_on",
    errorText: "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
  });
}
