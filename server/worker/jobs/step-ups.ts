import "server-only";
import { sweepOldAttempts } from "#server/features/step-up/verbs/sweep-old-attempts.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "./each-due.ts";

const SCOPES = ["runtime.answers.sweep"] as const;

/** Drops attempts to step up that came to nothing a day ago. Gives the number of tenants. */
export function sweepStepUps(): Promise<number> {
  return eachDue("app.tenants_with_old_step_ups()", [], async ({ tenant_id: tenantId }) => {
    const caller = workerCaller({ tenantId, name: "step-ups", scopes: SCOPES });
    await runVerb(sweepOldAttempts, caller, {});
  });
}
