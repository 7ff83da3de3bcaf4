import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface CampaignRow {
  [column: string]: unknown;
  campaign_id: string;
  trigger: "schedule" | "person";
  state: "open" | "closed";
  reviewer_roles: string[];
  started_by_name: string;
  start_event_id: string;
  started_at: Date;
  due_at: Date;
  remind_at: Date[];
  reminders_sent: number;
  overdue_told_at: Date | null;
  closed_at: Date | null;
  closed_by_name: string | null;
  close_note: string | null;
  record_digest: Buffer | null;
  /** By the database's clock (law 8). */
  is_overdue: boolean;
  now: Date;
}

const COLUMNS = `campaign_id, trigger, state, reviewer_roles, started_by_name, start_event_id, started_at, due_at, remind_at,
  reminders_sent, overdue_told_at, closed_at, closed_by_name, close_note, record_digest,
  state = 'open' AND due_at <= clock_timestamp() AS is_overdue, clock_timestamp() AS now`;

export async function findCampaign(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<CampaignRow | undefined> {
  const [row] = await tx.query<CampaignRow>(
    `SELECT ${COLUMNS} FROM access_campaign WHERE tenant_id = $1 AND campaign_id = $2`,
    [tenant, campaignId],
  );
  return row;
}

/** The campaign, locked for the rest of the transaction: decisions and the close come one by one. */
export async function lockCampaign(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<CampaignRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM access_campaign WHERE tenant_id = $1 AND campaign_id = $2 FOR UPDATE",
    [tenant, campaignId],
  );
  const row = locked.length > 0 ? await findCampaign(tx, tenant, campaignId) : undefined;
  if (!row) throw notFound("access campaign");
  return row;
}

export async function campaignsBefore(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cursor: string | null,
  limit: number,
): Promise<CampaignRow[]> {
  return tx.query<CampaignRow>(
    `SELECT ${COLUMNS} FROM access_campaign WHERE tenant_id = $1 AND ($2::uuid IS NULL OR campaign_id < $2)
     ORDER BY campaign_id DESC LIMIT $3`,
    [tenant, cursor, limit],
  );
}
