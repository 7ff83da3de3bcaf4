import "server-only";
import { expireApproval } from "#server/features/approvals/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 100;

/** Closes approval requests whose time is over. Gives how many it looked at. */
export function expireDueApprovals(): Promise<number> {
  return eachDue<DueKey>("app.due_approvals($1)", [BATCH], async ({ tenant_id: tenantId, id }) => {
    const scopes = ["runtime.approvals.expire"] as const;
    const caller = workerCaller({ tenantId, name: "approvals", scopes });
    await runVerb(expireApproval, caller, { requestId: id });
  });
}
