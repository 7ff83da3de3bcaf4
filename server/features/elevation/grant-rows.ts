import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface GrantRow {
  grant_id: string;
  kind: "jit" | "break-glass";
  environment: Environment;
  person_issuer: string;
  person_subject: string;
  person_name: string;
  scopes: string[];
  reason: string;
  starts_at: Date;
  ends_at: Date;
  state: "granted" | "given-back" | "revoked" | "expired";
  revoked_at: Date | null;
  revoked_by_name: string | null;
  revoke_reason: string;
  proof_method: string | null;
  proof_acr: string | null;
  grant_event_id: string;
  created_at: Date;
  /** By the database's clock, whatever the sweeper has done so far (law 8). */
  is_over: boolean;
  has_started: boolean;
  now: Date;
}

export const GRANT_COLUMNS = `grant_id, kind, environment, person_issuer, person_subject, person_name, scopes, reason,
  starts_at, ends_at, state, revoked_at, revoked_by_name, revoke_reason, proof_method, proof_acr, grant_event_id,
  created_at, ends_at <= clock_timestamp() AS is_over, starts_at <= clock_timestamp() AS has_started,
  clock_timestamp() AS now`;

export async function findGrant(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  grantId: string,
): Promise<GrantRow | undefined> {
  const [row] = await tx.query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM elevation_grant WHERE tenant_id = $1 AND grant_id = $2`,
    [tenant, grantId],
  );
  return row;
}

/** The grant, locked for the rest of the transaction: whoever uses it was before or comes after. */
export async function lockGrant(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  grantId: string,
): Promise<GrantRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM elevation_grant WHERE tenant_id = $1 AND grant_id = $2 FOR UPDATE",
    [tenant, grantId],
  );
  const row = locked.length > 0 ? await findGrant(tx, tenant, grantId) : undefined;
  if (!row) throw notFound("elevation grant");
  return row;
}

/** Where a grant stands by rows and clock. */
export type GrantStanding = "scheduled" | "live" | Exclude<GrantRow["state"], "granted">;

export function standingOf(
  row: Pick<GrantRow, "state" | "is_over" | "has_started">,
): GrantStanding {
  if (row.state !== "granted") return row.state;
  if (row.is_over) return "expired";
  return row.has_started ? "live" : "scheduled";
}
