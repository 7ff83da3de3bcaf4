import "server-only";
import type { RetentionClass } from "#server/engines/retention/retention-classes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Says for how many days events of a class are kept, from now on. */
export async function saveRule(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rule: { class: RetentionClass; days: number; reason: string; savedBy: string; eventId: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO retention_rule (tenant_id, class, days, reason, saved_by, saved_at, event_id)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6)
     ON CONFLICT (tenant_id, class) DO UPDATE SET days = excluded.days, reason = excluded.reason,
       saved_by = excluded.saved_by, saved_at = excluded.saved_at, event_id = excluded.event_id`,
    [tenant, rule.class, rule.days, rule.reason, rule.savedBy, rule.eventId],
  );
}
