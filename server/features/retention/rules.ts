import "server-only";
import {
  RETENTION_CLASSES,
  type RetentionClass,
} from "#server/engines/retention/retention-classes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Days that events of each class are kept: what was said, else the default. */
export async function retentionDays(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ReadonlyMap<RetentionClass, number>> {
  const rows = await tx.query<{ class: RetentionClass; days: number }>(
    "SELECT class, days FROM retention_rule WHERE tenant_id = $1",
    [tenant],
  );
  const said = new Map(rows.map((row) => [row.class, row.days]));
  const names = Object.keys(RETENTION_CLASSES) as RetentionClass[];
  return new Map(
    names.map((name) => [name, said.get(name) ?? RETENTION_CLASSES[name].defaultDays]),
  );
}

export async function daysOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  of: RetentionClass,
): Promise<number> {
  return (await retentionDays(tx, tenant)).get(of) ?? RETENTION_CLASSES[of].defaultDays;
}
