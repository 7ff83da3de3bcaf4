import "server-only";
import type { StepUpLevel } from "#server/engines/deployments/environment-policy.ts";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import { demandOf, type StepUpDemand, stepUpDemand } from "./step-up-demand.ts";

/** How long ago an approver may have given the factor that an environment's own policy asks for. */
const WITHIN_SECONDS = 5 * 60;

/**
 * What approving an act of retention takes, whatever the policies say: any factor, given just now. Erasures, shorter terms, lifted
 * holds and keys are not to be had back.
 */
export const RETENTION_DEMAND: StepUpDemand | null = demandOfLevel("mfa");

/** What approving something in an environment takes: by its own policy and by that of elevation; null: nothing. */
export async function approverDemand(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
): Promise<StepUpDemand | null> {
  const elevation = await stepUpDemand(tx, tenant, environment);
  const [row] = await tx.query<{ level: StepUpLevel | null }>(
    `SELECT v.spec ->> 'stepUp' AS level FROM environment_policy p JOIN environment_policy_version v
       ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
     WHERE p.tenant_id = $1 AND p.environment = $2`,
    [tenant, environment],
  );
  return stricterOf(
    demandOfLevel(row?.level ?? "none"),
    elevation?.whenApproving ? elevation : null,
  );
}

function demandOfLevel(level: StepUpLevel): StepUpDemand | null {
  return demandOf({
    level: level === "mfa" ? "any-factor" : level,
    whenAsking: false,
    whenApproving: true,
    withinSeconds: WITHIN_SECONDS,
  });
}

/** Both must be met: the shorter time, and only the ways that both accept. */
export function stricterOf(
  one: StepUpDemand | null,
  other: StepUpDemand | null,
): StepUpDemand | null {
  if (!one || !other) return one ?? other;
  return {
    whenAsking: one.whenAsking || other.whenAsking,
    whenApproving: one.whenApproving || other.whenApproving,
    withinSeconds: Math.min(one.withinSeconds, other.withinSeconds),
    methods: one.methods.filter((method) => other.methods.includes(method)),
  };
}
