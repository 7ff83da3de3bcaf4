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
