import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { settleBreakGlass } from "#server/features/break-glass/index.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;
const SCOPES = ["runtime.break-glass.settle", "runtime.approvals.consume"] as const;

/**
 * Carries out decided declarations of who may break glass. The approvers' roles are read again first,
 * outside any transaction; when that can't be done it waits. Gives how many it looked at.
 */
export function settleBreakGlassApprovals(): Promise<number> {
  return eachDue<DueKey>("app.decided_break_glass($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({ tenantId: tenant_id, name: "break-glass", scopes: SCOPES });
    const approvers = await rolesNow(caller.tenant, await approversOf(caller, id), "throw");
    await runVerb(settleBreakGlass, caller, { principalId: id, approvers });
  });
}

function approversOf({ tenant }: Caller, principalId: string) {
  return withTenant(tenant, "worker", async (tx) => {
    const [row] = await tx.query<{ approval_id: string | null }>(
      "SELECT approval_id FROM break_glass_principal WHERE tenant_id = $1 AND principal_id = $2",
      [tenant, principalId],
    );
    const approval = row?.approval_id ? await approvalInBrief(tx, tenant, row.approval_id) : null;
    return approval?.approvers ?? [];
  });
}
