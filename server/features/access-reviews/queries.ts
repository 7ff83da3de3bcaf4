import "server-only";
import { recordCsv } from "#server/engines/access-review/campaign-record.ts";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type CampaignRow, campaignsBefore, findCampaign } from "./campaign-rows.ts";
import { type ItemRow, itemsOf, sourcesOf } from "./item-rows.ts";
import { reviewPolicy } from "./policy-rows.ts";
import {
  type CampaignSummary,
  type CampaignView,
  type ItemView,
  REVIEWER_ROLES,
  type ReviewOverview,
} from "./schema.ts";

/** How access is reviewed here, and how well the identity provider can be read. */
export async function reviewOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  caller: Caller,
): Promise<ReviewOverview> {
  const policy = await reviewPolicy(tx, tenant);
  const directory = await tx.query<ReviewOverview["directory"][number]>(
    `SELECT issuer, realm, tried_at AS "triedAt", read_at AS "readAt", failing_since AS "failingSince",
       failure_code AS "failureCode", people, removes_roles AS "removesRoles", administrator
     FROM access_directory WHERE tenant_id = $1 ORDER BY issuer`,
    [tenant],
  );
  const [open] = await tx.query<{ campaign_id: string }>(
    "SELECT campaign_id FROM access_campaign WHERE tenant_id = $1 AND state = 'open'",
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    policy: policy
      ? {
          version: policy.version,
          isEnabled: policy.is_enabled,
          periodDays: policy.period_days,
          answerDays: policy.answer_days,
          remindAfterDays: policy.remind_after_days,
          reviewerRoles: policy.reviewer_roles,
          nextStartAt: policy.next_start_at,
          updatedByName: policy.updated_by_name,
          updatedAt: policy.updated_at,
        }
      : null,
    directory,
    openCampaignId: open?.campaign_id ?? null,
    mayManage: caller.scopes.has("runtime.reviews.manage"),
    reviewerRoles: [...REVIEWER_ROLES],
  };
}

/** Campaigns, newest first (their ids are in the order of time). */
export async function campaigns(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const rows = await campaignsBefore(tx, tenant, cursor ?? null, limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: await summariesOf(tx, tenant, page),
    nextCursor: rows.length > limit ? (page.at(-1)?.campaign_id ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** One campaign with every item. Throws `not_found`. */
export async function campaign(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
  caller: Caller,
): Promise<CampaignView> {
  const row = await findCampaign(tx, tenant, campaignId);
  if (!row) throw notFound("access campaign");
  const [summary] = await summariesOf(tx, tenant, [row]);
  if (!summary) throw notFound("access campaign");
  const yourPart = partOf(caller, row);
  return {
    ...summary,
    asOf: await tx.startedAt(),
    startedByName: row.started_by_name,
    closedByName: row.closed_by_name,
    closeNote: row.close_note,
    recordDigest: row.record_digest?.toString("hex") ?? null,
    remindersSent: row.reminders_sent,
    nextReminderAt:
      row.state === "open" ? (row.remind_at.find((at) => at > row.now) ?? null) : null,
    sources: await sourcesOf(tx, tenant, campaignId),
    entries: (await itemsOf(tx, tenant, campaignId)).map((item) => itemView(item, caller)),
    yourPart,
    mayClose: row.state === "open" && caller.scopes.has("runtime.reviews.manage"),
  };
}

/** A closed campaign's record: the very bytes that its digest is of, or the same as a table. */
export async function campaignRecord(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { campaignId, format }: { campaignId: string; format: "json" | "csv" },
): Promise<{ text: string; digest: string }> {
  const [row] = await tx.query<{ record: string | null; record_digest: Buffer | null }>(
    "SELECT record, record_digest FROM access_campaign WHERE tenant_id = $1 AND campaign_id = $2",
    [tenant, campaignId],
  );
  if (!row) throw notFound("access campaign");
  const { record, record_digest: digest } = row;
  if (!record || !digest) {
    throw new AppError(
      "conflict",
      "This review is still open: its record is written when it closes.",
      { said: { key: "reviews.stillOpen" } },
    );
  }
  return { text: format === "json" ? record : recordCsv(record), digest: digest.toString("hex") };
}

function partOf({ actor, scopes }: Caller, row: CampaignRow): CampaignView["yourPart"] {
  if (row.state === "closed") return "closed";
  if (actor.kind !== "user") return "not-a-person";
  if (!scopes.has("runtime.reviews.decide")) return "no-scope";
  return row.reviewer_roles.some((role) => actor.roles.includes(role))
    ? "may-decide"
    : "other-roles";
}

function itemView(item: ItemRow, { actor }: Caller): ItemView {
  return {
    itemId: item.item_id,
    kind: item.kind,
    issuer: item.issuer,
    subject: item.subject,
    personName: item.person_name,
    personKind: item.person_kind,
    isEnabled: item.is_enabled,
    what: item.what,
    environment: item.environment,
    scopes: item.scopes,
    endsAt: item.ends_at,
    decision: item.decision,
    reason: item.reason,
    decidedByName: item.decided_by_name,
    decidedAt: item.decided_at,
    revocation: item.revocation,
    revocationOwner: item.revocation_owner,
    revocationSince: item.revocation_since,
    trouble: item.trouble,
    goneAt: item.gone_at,
    isOwn: "issuer" in actor && isSameIdentity(actor, item),
  };
}

interface Counts {
  [column: string]: unknown;
  campaign_id: string;
  items: number;
  decided: number;
  revoked: number;
  unfinished: number;
  unknown: number;
}

async function summariesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rows: readonly CampaignRow[],
): Promise<CampaignSummary[]> {
  const counts = await tx.query<Counts>(
    `SELECT c.campaign_id,
       (SELECT count(*)::int FROM access_campaign_source s
        WHERE s.tenant_id = $1 AND s.campaign_id = c.campaign_id AND s.read_at IS NULL) AS unknown,
       count(i.item_id)::int AS items,
       (count(i.item_id) FILTER (WHERE i.decision IS NOT NULL OR i.gone_at IS NOT NULL))::int AS decided,
       (count(i.item_id) FILTER (WHERE i.decision = 'revoke'))::int AS revoked,
       (count(i.item_id) FILTER (WHERE i.revocation IN ('revoking', 'to-do')))::int AS unfinished
     FROM unnest($2::uuid[]) AS c (campaign_id)
     LEFT JOIN access_item i ON i.tenant_id = $1 AND i.campaign_id = c.campaign_id
     GROUP BY c.campaign_id`,
    [tenant, rows.map(({ campaign_id }) => campaign_id)],
  );
  return rows.map((row) => {
    const own = counts.find(({ campaign_id }) => campaign_id === row.campaign_id);
    return {
      campaignId: row.campaign_id,
      state: row.is_overdue ? "overdue" : row.state,
      trigger: row.trigger,
      startedAt: row.started_at,
      dueAt: row.due_at,
      closedAt: row.closed_at,
      reviewerRoles: row.reviewer_roles,
      items: own?.items ?? 0,
      decided: own?.decided ?? 0,
      revoked: own?.revoked ?? 0,
      unfinished: own?.unfinished ?? 0,
      unknownSources: own?.unknown ?? 0,
    };
  });
}
