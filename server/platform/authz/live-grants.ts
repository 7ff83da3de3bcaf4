import "server-only";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import { isScope, type RoleScope } from "./scopes.ts";

/** Elevated rights of one person in one environment, live on the database's clock (law 8). */
export interface LiveGrant {
  readonly grantId: string;
  readonly kind: "jit" | "break-glass";
  readonly scopes: readonly RoleScope[];
  readonly environment: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

const LIVE = `
  SELECT grant_id, kind, environment, scopes, starts_at, ends_at FROM elevation_grant
  WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3 AND state = 'granted'
    AND starts_at <= clock_timestamp() AND ends_at > clock_timestamp()
  ORDER BY grant_id`;

interface Row {
  grant_id: string;
  kind: LiveGrant["kind"];
  environment: string;
  scopes: string[];
  starts_at: Date;
  ends_at: Date;
}

/**
 * The live grants of a person in a tenant. With `hold` they stay as they are until the transaction
 * ends: a revocation waits for it, or was seen. What the table of scopes no longer knows gives nothing.
 */
export async function liveGrantsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  person: { issuer: string; subject: string },
  { hold = false } = {},
): Promise<LiveGrant[]> {
  const params = [tenant, person.issuer, person.subject];
  // The lock first, the values after: what was read while waiting for the lock may be old.
  if (hold) await tx.query(`${LIVE} FOR SHARE`, params);
  const rows = await tx.prepared<Row>(LIVE, params);
  return rows.map((row) => ({
    grantId: row.grant_id,
    kind: row.kind,
    environment: row.environment,
    scopes: row.scopes.filter(isScope),
    startsAt: row.starts_at,
    endsAt: row.ends_at,
  }));
}
