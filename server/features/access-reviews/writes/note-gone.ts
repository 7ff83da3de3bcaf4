import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * Items of an issuer that its newest whole reading no longer has: a revocation is seen to be gone, an
 * open one needs no decision any more. Gives an event for each revocation.
 */
export async function noteGone(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  issuer: string,
): Promise<AuditEventDraft[]> {
  const gone = await tx.query<{
    item_id: string;
    campaign_id: string;
    what: string;
    revocation: string | null;
  }>(
    `UPDATE access_item i SET gone_at = clock_timestamp(), lease_until = NULL, trouble = NULL,
       revocation = CASE WHEN i.revocation IS NOT NULL THEN 'gone' END
     FROM access_campaign c
     WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.kind = 'role' AND i.gone_at IS NULL
       AND c.tenant_id = i.tenant_id AND c.campaign_id = i.campaign_id
       AND (c.state = 'open' OR i.revocation IN ('revoking', 'to-do'))
       AND NOT EXISTS (SELECT FROM access_standing_role s WHERE s.tenant_id = i.tenant_id
         AND s.issuer = i.issuer AND s.subject = i.subject AND s.role = i.what)
     RETURNING i.item_id, i.campaign_id, i.what, i.revocation`,
    [tenant, issuer],
  );
  return gone
    .filter(({ revocation }) => revocation === "gone")
    .map((row) => ({
      type: "runtime.access.revocation-seen",
      subject: `access-item/${row.item_id}`,
      payload: { campaignId: row.campaign_id, role: row.what },
    }));
}

/** Asked for before the reading before began, and there still: it is asked for again, and says so. */
export async function noteStillThere(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  issuer: string,
  triedBefore: Date,
): Promise<void> {
  await tx.query(
    `UPDATE access_item SET asked_at = NULL, trouble = 'still-there'
     WHERE tenant_id = $1 AND issuer = $2 AND revocation = 'revoking' AND asked_at < $3`,
    [tenant, issuer, triedBefore],
  );
}
