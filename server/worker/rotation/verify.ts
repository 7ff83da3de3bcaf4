import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { OutsideTrouble } from "./outside-trouble.ts";
import { stagedLogin } from "./read-login.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Logs in with the new value before anybody depends on it. */
export async function verify(run: RotationRun): Promise<StepResult> {
  await run.begin("verify");
  const staged = await stagedLogin(run, "vault.read-staged");
  const probe = await run.outside("target.verify", () =>
    probeLogin(run.claim.rotator.target, staged),
  );
  if (probe.kind === "accepted") return run.record("verified", { note: "the new login works" });
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return rollBack(run, {
    errorCode: "new_login_refused",
    errorText: `The new user could not log in (${probe.text}).`,
  });
}
