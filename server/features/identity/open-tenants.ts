import "server-only";
import { identityPool } from "#server/platform/db/identity-pool.ts";

/**
 * Of the tenants that a token names those that are open: one that is being onboarded, or that was
 * offboarded, is nobody's, as if it did not exist (law 12).
 */
export async function openTenants(named: readonly string[]): Promise<string[]> {
  if (named.length === 0) return [];
  const { rows } = await identityPool().query<{ tenants: string[] }>(
    "SELECT app.open_tenants($1) AS tenants",
    [named],
  );
  return rows[0]?.tenants ?? [];
}

/** Ends the sessions that have no other tenant than this one. Gives how many there were. */
export async function endSessionsOf(tenant: string): Promise<number> {
  const { rowCount } = await identityPool().query(
    `UPDATE session SET ended_at = clock_timestamp(), end_reason = 'tenant_closed', refresh_lease_owner = NULL,
       refresh_lease_until = NULL, access_token_enc = NULL, refresh_token_enc = NULL, id_token_enc = NULL
     WHERE ended_at IS NULL AND tenants = ARRAY[$1::text]`,
    [tenant],
  );
  return rowCount ?? 0;
}
