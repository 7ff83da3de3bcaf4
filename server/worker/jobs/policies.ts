import "server-only";
import { applySecretPolicies } from "#server/features/secret-policies/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 500;

/** Judges credentials anew where the policies in force changed. Gives the number of tenants. */
export function applyChangedPolicies(): Promise<number> {
  return eachDue("app.tenants_with_changed_policies()", [], async ({ tenant_id: tenantId }) => {
    const scopes = ["runtime.policies.apply"] as const;
    const caller = workerCaller({ tenantId, name: "policies", scopes });
    let judged = BATCH;
    while (judged === BATCH) {
      ({ judged } = await runVerb(applySecretPolicies, caller, { limit: BATCH }));
    }
  });
}
