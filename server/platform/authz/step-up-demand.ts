import "server-only";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";

/** When a fresh factor is asked for in an environment, and which. */
export interface StepUpDemand {
  readonly whenAsking: boolean;
  readonly whenApproving: boolean;
  readonly withinSeconds: number;
  readonly methods: readonly ("oidc" | "webauthn")[];
}

interface Spec {
  level: "none" | "any-factor" | "security-key";
  whenAsking: boolean;
  whenApproving?: boolean;
  withinSeconds: number;
}

/** What the environment's elevation policy in force asks for; null: nothing. */
export async function stepUpDemand(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
): Promise<StepUpDemand | null> {
  const [row] = await tx.query<{ spec: Spec | null }>(
    `SELECT v.spec -> 'stepUp' AS spec FROM elevation_policy p JOIN elevation_policy_version v
       ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
     WHERE p.tenant_id = $1 AND p.environment = $2`,
    [tenant, environment],
  );
  return row?.spec ? demandOf(row.spec) : null;
}

export function demandOf({
  level,
  whenAsking,
  whenApproving = false,
  withinSeconds,
}: Spec): StepUpDemand | null {
  if (level === "none") return null;
  const methods =
    level === "security-key" ? (["webauthn"] as const) : (["oidc", "webauthn"] as const);
  return { whenAsking, whenApproving, withinSeconds, methods };
}
