import "server-only";
import { hasLookedAtDriftSince } from "#server/features/drift/index.ts";
import { hasLookedAtIsolationSince } from "#server/features/isolation/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RemediationRow } from "./remediation-rows.ts";

export type Awaited = "object" | "drift-look" | "isolation-look";

/** What has to be seen before an applied remediation can be judged; empty in any other state. */
export async function waitingFor(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: Pick<RemediationRow, "state" | "applied_at" | "cluster">,
): Promise<Awaited[]> {
  if (row.state !== "verifying" || !row.applied_at) return [];
  const [here] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const waits: Awaited[] = [];
  if (!(await hasLookedAtDriftSince(tx, tenant, row.cluster, row.applied_at))) {
    waits.push("drift-look");
  }
  // The Sovereign is nobody's tenant: it has no matrix to get worse.
  const hasMatrix = here?.kind !== "sovereign";
  if (hasMatrix && !(await hasLookedAtIsolationSince(tx, tenant, row.applied_at))) {
    waits.push("isolation-look");
  }
  return waits;
}
