import "server-only";
import {
  planRemediation,
  type RemediationRefusal,
} from "#server/engines/remediation/plan-remediation.ts";
import { type FindingInBrief, ISOLATION_CLUSTER } from "#server/features/drift/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { objectDigest } from "./object-digest.ts";
import type { PolicyInForce } from "./policies-in-force.ts";

export type WhyNot = RemediationRefusal | "in-progress" | "resolved" | "suppressed";

/** Why nothing can be proposed about a finding now; null when something can. */
export async function whyNotRemedied(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  finding: FindingInBrief,
  policy: PolicyInForce,
): Promise<WhyNot | null> {
  // The matrix is no cluster: what it tells of is mended where its facts are.
  if (finding.cluster === ISOLATION_CLUSTER) return "no-object";
  // Whether a source asks for the object is seen by the dry-run; the rule tells what is supposed.
  const plan = planRemediation(finding, finding.rule !== "unmanaged");
  if (plan.kind === "refused") return plan.refusal;
  if (finding.state === "resolved" || finding.state === "suppressed") return finding.state;
  if (policy.spec.mode === "off") return "switched-off";
  const underWay = await tx.query(
    `SELECT 1 FROM remediation
     WHERE tenant_id = $1 AND cluster = $2 AND object_digest = $3 AND finished_at IS NULL`,
    [tenant, finding.cluster, objectDigest(finding.object)],
  );
  return underWay.length > 0 ? "in-progress" : null;
}
