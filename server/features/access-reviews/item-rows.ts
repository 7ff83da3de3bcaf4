import "server-only";
import type { RecordedItem } from "#server/engines/access-review/campaign-record.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface ItemRow {
  [column: string]: unknown;
  item_id: string;
  kind: "role" | "grant";
  issuer: string;
  subject: string;
  person_name: string;
  person_kind: "user" | "service";
  is_enabled: boolean;
  what: string;
  grant_id: string | null;
  environment: string | null;
  scopes: string[];
  ends_at: Date | null;
  decision: "keep" | "revoke" | null;
  reason: string;
  decided_by_issuer: string | null;
  decided_by_subject: string | null;
  decided_by_name: string | null;
  decided_at: Date | null;
  revocation: "revoking" | "to-do" | "gone" | null;
  revocation_owner: string | null;
  revocation_since: Date | null;
  trouble: string | null;
  gone_at: Date | null;
}

/** All items of a campaign, by person and role. */
export async function itemsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<ItemRow[]> {
  return tx.query<ItemRow>(
    `SELECT item_id, kind, issuer, subject, person_name, person_kind, is_enabled, what, grant_id, environment, scopes,
       ends_at, decision, reason, decided_by_issuer, decided_by_subject, decided_by_name, decided_at, revocation,
       revocation_owner, revocation_since, trouble, gone_at
     FROM access_item WHERE tenant_id = $1 AND campaign_id = $2
     ORDER BY person_name, issuer, subject, kind DESC, what`,
    [tenant, campaignId],
  );
}

export function recordedItem(row: ItemRow): RecordedItem {
  const { decided_by_issuer: issuer, decided_by_subject: subject } = row;
  return {
    itemId: row.item_id,
    kind: row.kind,
    issuer: row.issuer,
    subject: row.subject,
    name: row.person_name,
    personKind: row.person_kind,
    isEnabled: row.is_enabled,
    what: row.what,
    environment: row.environment,
    scopes: row.kind === "grant" ? row.scopes : null,
    endsAt: row.ends_at?.toISOString() ?? null,
    decision: row.decision,
    reason: row.reason,
    decidedBy: issuer && subject ? { issuer, subject, name: row.decided_by_name ?? "" } : null,
    decidedAt: row.decided_at?.toISOString() ?? null,
    goneAt: row.gone_at?.toISOString() ?? null,
  };
}

export interface CampaignSource {
  [column: string]: unknown;
  issuer: string;
  realm: string;
  readAt: Date | null;
  failureCode: string | null;
}

/** What a campaign was made from; without a time of reading an issuer's part is unknown. */
export async function sourcesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  campaignId: string,
): Promise<CampaignSource[]> {
  return tx.query<CampaignSource>(
    `SELECT issuer, realm, read_at AS "readAt", failure_code AS "failureCode"
     FROM access_campaign_source WHERE tenant_id = $1 AND campaign_id = $2 ORDER BY issuer`,
    [tenant, campaignId],
  );
}
