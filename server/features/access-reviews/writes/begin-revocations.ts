import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * From here each revoked role counts as revoking, or as a to-do of the realm's administrator where the
 * console may not ask; until a reading no longer has it. Revoked grants have ended with the close.
 */
export async function beginRevocations(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<void> {
  await tx.query(
    `UPDATE access_item i SET revocation_since = now,
       revocation = CASE WHEN i.kind = 'grant' OR i.gone_at IS NOT NULL THEN 'gone'
         WHEN d.removes_roles THEN 'revoking' ELSE 'to-do' END,
       gone_at = CASE WHEN i.kind = 'grant' THEN coalesce(i.gone_at, now) ELSE i.gone_at END,
       revocation_owner = CASE WHEN i.kind = 'role' THEN d.administrator END
     FROM clock_timestamp() AS now, access_item own
     LEFT JOIN access_directory d ON d.tenant_id = own.tenant_id AND d.issuer = own.issuer
     WHERE i.tenant_id = $1 AND i.campaign_id = $2 AND i.decision = 'revoke'
       AND own.tenant_id = i.tenant_id AND own.item_id = i.item_id`,
    [tenant, campaignId],
  );
  // The next reading is what shows that they are gone: it comes at once.
  await tx.query(
    `UPDATE access_directory_run SET due_at = clock_timestamp() WHERE tenant_id = $1
       AND EXISTS (SELECT FROM access_item WHERE tenant_id = $1 AND campaign_id = $2 AND revocation IN ('revoking', 'to-do'))`,
    [tenant, campaignId],
  );
}
