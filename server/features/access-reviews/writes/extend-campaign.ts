import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { addRoleItems } from "./add-role-items.ts";

/** Gives an open review the part of an issuer that was unknown until now. */
export async function extendCampaign(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  issuer: string,
): Promise<AuditEventDraft[]> {
  const [known] = await tx.query<{ campaign_id: string }>(
    `UPDATE access_campaign_source s SET read_at = d.read_at, failure_code = NULL
     FROM access_campaign c, access_directory d
     WHERE s.tenant_id = $1 AND s.issuer = $2 AND s.read_at IS NULL
       AND c.tenant_id = s.tenant_id AND c.campaign_id = s.campaign_id AND c.state = 'open'
       AND d.tenant_id = s.tenant_id AND d.issuer = s.issuer AND d.read_at IS NOT NULL
     RETURNING s.campaign_id`,
    [tenant, issuer],
  );
  if (!known) return [];
  const items = await addRoleItems(tx, tenant, known.campaign_id, [issuer]);
  return [
    {
      type: "runtime.access.review-extended",
      subject: `access-campaign/${known.campaign_id}`,
      payload: { issuer, items },
    },
  ];
}
