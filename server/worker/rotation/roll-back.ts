import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { lockRole } from "#server/integrations/postgres-roles/role-admin.ts";
import { OutsideTrouble, type Trouble } from "./outside-trouble.ts";
import { promoted } from "./promote.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";
import type { RotationRun } from "./rotation-run.ts";

/**
 * Undoes what a rotation did before promotion: the standby is locked again, the staged value goes.
 * It first makes sure that nobody depends on the standby; if our value is in the main path after
 * all, the rotation was promoted, and goes on.
 */
export async function rollBack(run: RotationRun, why?: Trouble): Promise<StepResult> {
  const trouble = why ? { ...why, errorText: why.errorText.slice(0, 500) } : storedTrouble(run);
  await run.begin("roll-back", trouble);
  const { newHandle } = run;
  if (!newHandle) return run.record("rolled_back", trouble);
  const current = await currentLogin(run, "vault.ask-current");
  if (current.kind === "found") {
    const { rotationId, username } = current.credential;
    if (rotationId === run.rotationId) return promoted(run, current.version);
    if (username === newHandle.role) {
      throw new OutsideTrouble({
        errorCode: "standby_is_current",
        errorText: `The vault's main path names ${username}: it can't be locked. Put the old user back, or another.`,
      });
    }
  }
  if (mayHaveBeenApplied(run)) {
    const rotator = await rotatorLogin(run);
    const locked = await run.outside("target.lock-standby", () =>
      lockRole(run.claim.rotator.target, rotator, newHandle.role),
    );
    if (locked.kind !== "done") {
      throw new OutsideTrouble({ errorCode: `target_${locked.kind}`, errorText: locked.text });
    }
  }
  await run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  return run.record("rolled_back", trouble);
}

/** What an earlier holder gave up for, when this one only carries the undoing on. */
function storedTrouble({ claim }: RotationRun): Trouble | undefined {
  const { errorCode, errorText } = claim;
  return errorCode && errorText ? { errorCode, errorText } : undefined;
}

function mayHaveBeenApplied(run: RotationRun): boolean {
  const state = run.state === "indeterminate" ? run.resumeState : run.state;
  return state !== "requested" && state !== "awaiting_approval";
}
