import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import { settleApproval } from "#server/features/rotation/verbs/settle-approval.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;
const SCOPES = ["runtime.rotations.execute", "runtime.approvals.consume"] as const;

/**
 * Carries on, or ends, the rotations whose approval was decided. The approvers' roles are read again
 * first, outside any transaction; when that can't be done the rotation waits. Gives how many it looked at.
 */
export function settleRotationApprovals(): Promise<number> {
  return eachDue<DueKey>("app.decided_rotations($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({
      tenantId: tenant_id,
      name: "rotation-approvals",
      scopes: SCOPES,
    });
    const approvers = await rolesNow(caller.tenant, await approversOf(caller, id), "throw");
    await runVerb(settleApproval, caller, { rotationId: id, approvers });
  });
}

function approversOf({ tenant }: Caller, rotationId: string) {
  return withTenant(tenant, "worker", async (tx) => {
    const [row] = await tx.query<{ approval_id: string | null }>(
      "SELECT approval_id FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [tenant, rotationId],
    );
    const approval = row?.approval_id ? await approvalInBrief(tx, tenant, row.approval_id) : null;
    return approval?.approvers ?? [];
  });
}
