import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Ends a locked attempt: for verbs only. */
export async function endAttempt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  attemptId: string,
  outcome: "proved" | "refused",
): Promise<void> {
  await tx.query(
    `UPDATE step_up_attempt SET ended_at = clock_timestamp(), outcome = $3
     WHERE tenant_id = $1 AND attempt_id = $2`,
    [tenant, attemptId, outcome],
  );
}
