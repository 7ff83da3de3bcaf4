import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface PolicyRow {
  [column: string]: unknown;
  version: number;
  is_enabled: boolean;
  period_days: number;
  answer_days: number;
  remind_after_days: number[];
  reviewer_roles: string[];
  next_start_at: Date;
  updated_by_name: string;
  updated_at: Date;
  is_due: boolean;
}

/** The tenant's policy, held until the transaction ends when it is to be changed. */
export async function reviewPolicy(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  hold: "hold" | "read" = "read",
): Promise<PolicyRow | undefined> {
  const [row] = await tx.query<PolicyRow>(
    `SELECT version, is_enabled, period_days, answer_days, remind_after_days, reviewer_roles, next_start_at,
       updated_by_name, updated_at, next_start_at <= clock_timestamp() AS is_due
     FROM access_review_policy WHERE tenant_id = $1 ${hold === "hold" ? "FOR UPDATE" : ""}`,
    [tenant],
  );
  return row;
}
