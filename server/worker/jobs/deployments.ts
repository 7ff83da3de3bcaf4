import "server-only";
import {
  announceDeployment,
  tellUnreported,
  tendDeployment,
} from "#server/features/deployments/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type Checking, checkEvidence } from "../supply-chain/check-evidence.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 100;
const SCOPES = ["runtime.deployments.tend"] as const;

function callerFor(tenantId: string) {
  return workerCaller({ tenantId, name: "deployments", scopes: SCOPES });
}

/** Checks, follows or ends the deployment requests that are due. Gives how many it looked at. */
export function tendDueDeployments(
  checking: Checking = { root: null, forge: null },
): Promise<number> {
  return eachDue<DueKey>("app.due_deployments($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = callerFor(tenant_id);
    await runVerb(tendDeployment, caller, { deploymentId: id });
    await checkEvidence(caller, id, checking);
    await runVerb(tendDeployment, caller, { deploymentId: id });
  });
}

/** Tells subscribers what happened to deployment requests. Gives how many it looked at. */
export function announceDeployments(): Promise<number> {
  return eachDue<DueKey>("app.unannounced_deployments($1)", [BATCH], async ({ tenant_id, id }) => {
    await runVerb(announceDeployment, callerFor(tenant_id), { deploymentId: id });
  });
}

/** Tells people of claims that nobody has reported in time. Gives how many it looked at. */
export function tellUnreportedDeployments(): Promise<number> {
  return eachDue<DueKey>("app.unreported_deployments($1)", [BATCH], async ({ tenant_id, id }) => {
    await runVerb(tellUnreported, callerFor(tenant_id), { deploymentId: id });
  });
}
