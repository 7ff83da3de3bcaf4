import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { findDeployment } from "./deployment-rows.ts";

/**
 * The approvers of a request with their roles as they are now, asked for outside any transaction
 * (law 10). Whoever cannot be asked about is left out: unreachable is denied.
 */
export async function freshApprovers({ tenant }: Caller, deploymentId: string) {
  const approvers = await withTenant(
    tenant,
    "tenant",
    async (tx) => {
      const row = await findDeployment(tx, tenant, deploymentId);
      const approval = row && (await approvalInBrief(tx, tenant, row.approval_id));
      return approval?.approvers ?? [];
    },
    { readOnly: true },
  );
  return rolesNow(tenant, approvers, "leave-out");
}
