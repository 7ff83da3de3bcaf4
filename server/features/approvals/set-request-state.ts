import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApprovalState } from "./schema.ts";

/** Ends a locked request, or marks it as decided: for verbs only. */
export async function setRequestState(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
  state: ApprovalState,
): Promise<void> {
  await tx.query(
    `UPDATE approval_request SET state = $3,
       decided_at = CASE WHEN $3 = 'executed' THEN decided_at ELSE clock_timestamp() END,
       executed_at = CASE WHEN $3 = 'executed' THEN clock_timestamp() END
     WHERE tenant_id = $1 AND request_id = $2`,
    [tenant, requestId, state],
  );
}
