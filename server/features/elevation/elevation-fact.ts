import "server-only";
import { liveGrantsOf } from "#server/platform/authz/live-grants.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export type ElevationFact = "met" | "unmet" | "unknown";

/**
 * Whether one of the people who answer for a deployment holds a live grant to execute in the
 * environment. Held until the transaction ends. `unknown`: nobody knows who they are, which is no.
 */
export async function elevationFact(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  people: readonly { issuer: string; subject: string }[],
  environment: string,
  { hold = false } = {},
): Promise<ElevationFact> {
  if (people.length === 0) return "unknown";
  for (const person of people) {
    const grants = await liveGrantsOf(tx, tenant, person, { hold });
    const isMet = grants.some(
      (grant) =>
        grant.environment === environment && grant.scopes.includes("runtime.deployments.execute"),
    );
    if (isMet) return "met";
  }
  return "unmet";
}
