import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { environmentRows } from "./environment-rows.ts";

/** The registries that each environment's policy trusts; one without a policy is not among them. */
export async function trustedRegistries(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<{ environment: string; registries: readonly string[] }[]> {
  const rows = await environmentRows(tx, tenant);
  return rows.map(({ environment, spec }) => ({ environment, registries: spec.trustedRegistries }));
}
