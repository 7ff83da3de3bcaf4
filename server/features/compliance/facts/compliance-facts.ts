import "server-only";
import type { ComplianceFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { accessFacts } from "./access-facts.ts";
import { approvalFacts } from "./approval-facts.ts";
import { credentialFacts } from "./credential-facts.ts";
import { logFacts } from "./log-facts.ts";
import { operationFacts } from "./operation-facts.ts";
import { placeFacts } from "./place-facts.ts";
import { recordFacts } from "./record-facts.ts";

/** Everything that the checks of one tenant are judged by, read in one transaction under its context. */
export async function complianceFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ComplianceFacts> {
  const [here] = await tx.query<{ kind: string; now: Date }>(
    "SELECT kind, clock_timestamp() AS now FROM tenant WHERE tenant_id = $1",
    [tenant],
  );
  if (!here) throw new Error("a tenant without a row");
  return {
    now: here.now.toISOString(),
    isSovereign: here.kind === "sovereign",
    credentials: await credentialFacts(tx, tenant),
    approvals: await approvalFacts(tx, tenant),
    access: await accessFacts(tx, tenant),
    places: await placeFacts(tx, tenant),
    log: await logFacts(tx, tenant),
    records: await recordFacts(tx, tenant),
    operations: await operationFacts(tx, tenant),
  };
}
