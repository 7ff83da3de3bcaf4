import "server-only";
import { publishDenialCounts } from "#server/features/policy/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "./each-due.ts";

/** Publishes what ended windows counted, in each tenant's own log. Gives the number of tenants. */
export function flushEndedDenials(): Promise<number> {
  return eachDue("app.tenants_with_ended_denials()", [], async ({ tenant_id: tenantId }) => {
    const scopes = ["runtime.denials.publish"] as const;
    await runVerb(publishDenialCounts, workerCaller({ tenantId, name: "denials", scopes }), {});
  });
}
