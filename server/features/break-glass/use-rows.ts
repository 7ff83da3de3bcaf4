import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { PrincipalRow } from "./principal-rows.ts";

export interface UseRow {
  [column: string]: unknown;
  use_id: string;
  principal_id: string;
  grant_id: string;
  reason: string;
  use_event_id: string;
  started_at: Date;
  ends_at: Date;
  /** By the database's clock (law 8): null while it is live. */
  ended_at: Date | null;
  review: "due" | "justified" | "not-justified";
  review_text: string;
  reviewed_by_name: string | null;
  reviewed_at: Date | null;
  person_issuer: string;
  person_subject: string;
  person_name: string;
  environment: string;
  scopes: string[];
}

const SELECT_USE = `SELECT u.use_id, u.principal_id, u.grant_id, u.reason, u.use_event_id, u.started_at, u.ends_at,
    u.review, u.review_text, u.reviewed_by_name, u.reviewed_at, u.person_issuer, u.person_subject,
    p.person_name, p.environment, g.scopes,
    CASE WHEN g.revoked_at IS NOT NULL THEN g.revoked_at WHEN g.ends_at <= clock_timestamp() THEN g.ends_at END AS ended_at
  FROM break_glass_use u
  JOIN break_glass_principal p ON p.tenant_id = u.tenant_id AND p.principal_id = u.principal_id
  JOIN elevation_grant g ON g.tenant_id = u.tenant_id AND g.grant_id = u.grant_id
  WHERE u.tenant_id = $1`;

export async function findUse(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  useId: string,
): Promise<UseRow | undefined> {
  const [row] = await tx.query<UseRow>(`${SELECT_USE} AND u.use_id = $2`, [tenant, useId]);
  return row;
}

/** The use, locked for the rest of the transaction: it is reviewed once. Throws `not_found`. */
export async function lockUse(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  useId: string,
): Promise<UseRow> {
  const locked = await tx.query(
    "SELECT 1 FROM break_glass_use WHERE tenant_id = $1 AND use_id = $2 FOR UPDATE",
    [tenant, useId],
  );
  const row = locked.length > 0 ? await findUse(tx, tenant, useId) : undefined;
  if (!row) throw notFound("break-glass use");
  return row;
}

/** The newest uses of the tenant, or of one person. */
export async function newestUses(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  person: { issuer: string; subject: string } | null = null,
  limit = 100,
): Promise<UseRow[]> {
  return tx.query<UseRow>(
    `${SELECT_USE} AND ($2::text IS NULL OR (u.person_issuer = $2 AND u.person_subject = $3))
     ORDER BY u.started_at DESC, u.use_id DESC LIMIT $4`,
    [tenant, person?.issuer ?? null, person?.subject ?? null, limit],
  );
}

/** Uses whose grant is live, and those that wait for a review. */
export async function unfinishedUses(tx: TenantTx, tenant: AuthorizedTenantId): Promise<UseRow[]> {
  return tx.query<UseRow>(`${SELECT_USE} AND u.review = 'due' ORDER BY u.started_at, u.use_id`, [
    tenant,
  ]);
}

/** Whether the person has a use that nobody has reviewed yet, by whichever declaration. */
export async function isReviewDue(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: Pick<PrincipalRow, "person_issuer" | "person_subject">,
): Promise<boolean> {
  const due = await tx.query(
    `SELECT 1 FROM break_glass_use WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3 AND review = 'due'`,
    [tenant, row.person_issuer, row.person_subject],
  );
  return due.length > 0;
}
