import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { isExpiring } from "./inbox-order.ts";
import type { InboxItem } from "./schema.ts";

/** Reviews that this person may do: of what somebody did by breaking glass, and of who has which role. */
export async function reviewsFor(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
  now: Date,
): Promise<InboxItem[]> {
  if (viewer.actor.kind !== "user") return [];
  const { issuer, subject, roles } = viewer.actor;
  const items: InboxItem[] = [];
  if (viewer.scopes.has("runtime.break-glass.review")) {
    const uses = await tx.query<{ use_id: string; reason: string; name: string; started_at: Date }>(
      `SELECT u.use_id, u.reason, p.person_name AS name, u.started_at FROM break_glass_use u
       JOIN break_glass_principal p ON p.tenant_id = u.tenant_id AND p.principal_id = u.principal_id
       WHERE u.tenant_id = $1 AND u.review = 'due' AND NOT (u.person_issuer = $2 AND u.person_subject = $3)
       ORDER BY u.started_at LIMIT 50`,
      [tenant, issuer, subject],
    );
    items.push(
      ...uses.map((use) => ({
        ...NOTHING,
        kind: "break-glass-review" as const,
        id: use.use_id,
        title: use.reason,
        by: use.name,
        since: use.started_at,
      })),
    );
  }
  if (viewer.scopes.has("runtime.reviews.decide")) {
    const campaigns = await tx.query<{
      campaign_id: string;
      name: string;
      started_at: Date;
      due_at: Date;
      undecided: number;
    }>(
      `SELECT c.campaign_id, c.started_by_name AS name, c.started_at, c.due_at,
         (SELECT count(*)::int FROM access_item i WHERE i.tenant_id = $1 AND i.campaign_id = c.campaign_id
            AND i.decision IS NULL AND i.gone_at IS NULL AND NOT (i.issuer = $3 AND i.subject = $4)) AS undecided
       FROM access_campaign c WHERE c.tenant_id = $1 AND c.state = 'open'
         AND EXISTS (SELECT FROM unnest(c.reviewer_roles) AS r (role) WHERE r.role = ANY ($2::text[]))`,
      [tenant, roles, issuer, subject],
    );
    items.push(
      ...campaigns
        .filter(({ undecided }) => undecided > 0)
        .map((campaign) => ({
          ...NOTHING,
          kind: "access-review" as const,
          id: campaign.campaign_id,
          title: "",
          by: campaign.name,
          since: campaign.started_at,
          dueAt: campaign.due_at,
          isExpiring: isExpiring(campaign.started_at, campaign.due_at, now),
          missing: campaign.undecided,
        })),
    );
  }
  return items;
}

const NOTHING = { where: null, dueAt: null, isExpiring: false, missing: 0, blockers: [] };
