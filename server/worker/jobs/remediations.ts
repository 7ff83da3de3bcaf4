import "server-only";
import { proposeAutomatically } from "#server/features/remediation/verbs/propose-automatically.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type RemediationDependencies, tendRemediation } from "../remediation/tend-remediation.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;

/** Mends what policies let happen by itself, and takes every remediation that is due a step further. */
export async function tendRemediations(dependencies: RemediationDependencies): Promise<number> {
  const proposed = await eachDue<DueKey>("app.due_auto_remediations($1)", [BATCH], proposeOne);
  const tended = await eachDue<DueKey>("app.due_remediations($1)", [BATCH], (due) =>
    tendRemediation(dependencies, due),
  );
  return proposed + tended;
}

async function proposeOne({ tenant_id: tenantId, id: findingId }: DueKey): Promise<void> {
  const scopes = ["runtime.remediations.execute"] as const;
  const caller = workerCaller({ tenantId, name: "remediation", scopes });
  await runVerb(proposeAutomatically, caller, { findingId });
}
