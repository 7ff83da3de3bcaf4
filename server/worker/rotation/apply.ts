import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { applyStandby } from "#server/integrations/postgres-roles/role-admin.ts";
import { OutsideTrouble } from "./outside-trouble.ts";
import { rotatorLogin, stagedLogin } from "./read-login.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Gives the standby role the new value at the target. The same value again is harmless. */
export async function apply(run: RotationRun): Promise<StepResult> {
  await run.begin("apply");
  const staged = await stagedLogin(run, "vault.read-staged");
  const rotator = await rotatorLogin(run);
  const { role } = run.handles.new;
  const outcome = await run.outside("target.apply", () =>
    applyStandby(run.claim.rotator.target, rotator, role, staged.password),
  );
  switch (outcome.kind) {
    case "done":
      return run.record("applied", { note: `role ${role} may log in` });
    case "refused":
      return rollBack(run, { errorCode: `target_${outcome.code}`, errorText: outcome.text });
    case "unreachable":
      throw new OutsideTrouble({ errorCode: "target_unreachable", errorText: outcome.text });
    case "unknown":
      return run.record("indeterminate", {
        errorCode: "target_outcome_unknown",
        errorText: outcome.text.slice(0, 500),
      });
  }
}
