import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { findElevationRequest } from "./request-rows.ts";
import type { ActivationOutcome } from "./schema.ts";
import { activateElevation } from "./verbs/activate-elevation.ts";

/**
 * Activates an approved request: the approvers' roles are read again outside any transaction (law 10;
 * whoever cannot be asked about does not count), then everything is decided in one. Trying twice is
 * no error: the request itself says that it was activated.
 */
export async function activate(
  { idempotencyKey: _, ...caller }: Caller,
  { requestId }: { requestId: string },
): Promise<ActivationOutcome> {
  const { tenant } = caller;
  const approvers = await withTenant(
    tenant,
    "tenant",
    async (tx) => {
      const row = await findElevationRequest(tx, tenant, requestId);
      const approval = row && (await approvalInBrief(tx, tenant, row.approval_id));
      return approval?.approvers ?? [];
    },
    { readOnly: true },
  );
  const fresh = await rolesNow(tenant, approvers, "leave-out");
  return runVerb(activateElevation, caller, { requestId, approvers: fresh });
}
