import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { PolicyRow } from "../policy-rows.ts";
import { addRoleItems } from "./add-role-items.ts";

/** How old a reading may be that a review begins from; an older one counts as unknown. */
const FRESH_HOURS = 24;

interface Source {
  [column: string]: unknown;
  issuer: string;
  realm: string;
  read_at: Date | null;
  failure_code: string | null;
}

/**
 * Begins a review over everything that stands: each issuer's roles as last read whole, and live grants.
 * An issuer that is away is part of it as `unknown`, and its roles follow when it is back.
 * Null when another review is open.
 */
export async function openCampaign(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { policy, actor, trigger }: { policy: PolicyRow; actor: Actor; trigger: "schedule" | "person" },
): Promise<{
  output: { campaignId: string; items: number; unknownSources: number };
  event: AuditEventDraft;
} | null> {
  const campaignId = uuidv7();
  const eventId = uuidv7();
  const inserted = await tx.query(
    `INSERT INTO access_campaign (tenant_id, campaign_id, trigger, state, reviewer_roles, started_by_name, start_event_id,
       started_at, due_at, remind_at, next_act_at)
     SELECT $1, $2, $3, 'open', $4, $5, $6, now, now + make_interval(days => $7),
       ARRAY(SELECT now + make_interval(days => d) FROM unnest($8::int[]) AS d ORDER BY d),
       now + make_interval(days => coalesce((SELECT min(d) FROM unnest($8::int[]) AS d), $7))
     FROM clock_timestamp() AS now
     ON CONFLICT (tenant_id) WHERE state = 'open' DO NOTHING RETURNING campaign_id`,
    [
      tenant,
      campaignId,
      trigger,
      policy.reviewer_roles,
      displayNameOf(actor),
      eventId,
      policy.answer_days,
      policy.remind_after_days,
    ],
  );
  if (inserted.length === 0) return null;
  const sources = await tx.query<Source>(
    `INSERT INTO access_campaign_source (tenant_id, campaign_id, issuer, realm, read_at, failure_code)
     SELECT tenant_id, $2, issuer, realm,
       CASE WHEN failure_code IS NULL AND read_at > clock_timestamp() - make_interval(hours => $3) THEN read_at END,
       CASE WHEN failure_code IS NOT NULL THEN failure_code
         WHEN read_at IS NULL OR read_at <= clock_timestamp() - make_interval(hours => $3) THEN 'not-read' END
     FROM access_directory WHERE tenant_id = $1
     RETURNING issuer, realm, read_at, failure_code`,
    [tenant, campaignId, FRESH_HOURS],
  );
  const known = sources.filter(({ read_at }) => read_at).map(({ issuer }) => issuer);
  const roles = await addRoleItems(tx, tenant, campaignId, known);
  const grants = await addGrantItems(tx, tenant, campaignId);
  await tx.query(
    `UPDATE access_review_policy SET next_start_at = clock_timestamp() + make_interval(days => period_days)
     WHERE tenant_id = $1`,
    [tenant],
  );
  const unknownSources = sources.length - known.length;
  return {
    output: { campaignId, items: roles + grants, unknownSources },
    event: {
      eventId,
      type: "runtime.access.review-started",
      subject: `access-campaign/${campaignId}`,
      payload: {
        trigger,
        roles,
        grants,
        reviewerRoles: policy.reviewer_roles,
        sources: sources.map((each) => ({
          issuer: each.issuer,
          readAt: each.read_at?.toISOString() ?? null,
          unknownBecause: each.failure_code,
        })),
      },
    },
  };
}

/** Grants that are live, or still to start, each an item of its own. */
async function addGrantItems(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<number> {
  const grants = await tx.query<{ grant_id: string }>(
    `SELECT grant_id FROM elevation_grant
     WHERE tenant_id = $1 AND state = 'granted' AND ends_at > clock_timestamp()`,
    [tenant],
  );
  const added = await tx.query(
    `INSERT INTO access_item (tenant_id, item_id, campaign_id, kind, issuer, subject, person_name, person_kind, is_enabled,
       what, grant_id, environment, scopes, ends_at)
     SELECT g.tenant_id, n.id, $2, 'grant', g.person_issuer, g.person_subject, g.person_name, 'user', true,
       g.grant_id::text, g.grant_id, g.environment, g.scopes, g.ends_at
     FROM unnest($3::uuid[], $4::uuid[]) AS n (id, grant_id)
     JOIN elevation_grant g ON g.tenant_id = $1 AND g.grant_id = n.grant_id RETURNING item_id`,
    [tenant, campaignId, grants.map(() => uuidv7()), grants.map(({ grant_id }) => grant_id)],
  );
  return added.length;
}
