import "server-only";
import type { ChangeWindow } from "#server/engines/rotation/change-window.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The tenant's windows; an environment without any may change always. */
export interface WindowsByEnvironment {
  of(environment: string): readonly ChangeWindow[];
}

export async function windowsInForce(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<WindowsByEnvironment> {
  const rows = await tx.query<ChangeWindow & { [column: string]: unknown; environment: string }>(
    `SELECT environment, days, start_time AS start, end_time AS "end", time_zone AS "timeZone"
     FROM change_window WHERE tenant_id = $1 ORDER BY window_id`,
    [tenant],
  );
  return { of: (environment) => rows.filter((row) => row.environment === environment) };
}
