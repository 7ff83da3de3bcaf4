import "server-only";
import { sweepOldAnswers } from "#server/features/platform/verbs/sweep-old-answers.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "./each-due.ts";

const SCOPES = ["runtime.answers.sweep"] as const;

/** Drops what was kept under idempotency keys and is more than a day old. Gives the number of tenants. */
export function sweepIdempotencyKeys(): Promise<number> {
  return eachDue("app.tenants_with_old_answers()", [], async ({ tenant_id: tenantId }) => {
    const caller = workerCaller({ tenantId, name: "idempotency", scopes: SCOPES });
    await runVerb(sweepOldAnswers, caller, {});
  });
}
