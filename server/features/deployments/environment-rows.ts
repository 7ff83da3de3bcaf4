import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { EnvironmentPolicySpec } from "./environment-schema.ts";

/** An environment's policy in force, and whether it is frozen. */
export interface EnvironmentRow {
  environment: Environment;
  version: number;
  spec: EnvironmentPolicySpec;
  frozen_from: Date | null;
  frozen_until: Date | null;
  freeze_reason: string;
}

const SELECT = `
  SELECT p.environment, p.version, v.spec, p.frozen_from, p.frozen_until, p.freeze_reason
  FROM environment_policy p
  JOIN environment_policy_version v
    ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
  WHERE p.tenant_id = $1`;

/** Every environment that has a policy. */
export function environmentRows(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<EnvironmentRow[]> {
  return tx.query<EnvironmentRow>(`${SELECT} ORDER BY p.environment`, [tenant]);
}

/**
 * The policy in force, held for the rest of the transaction: `share` keeps it from changing while
 * something is decided by it, `update` is for changing it. Undefined without a policy.
 */
export async function holdEnvironment(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: Environment,
  how: "share" | "update",
): Promise<EnvironmentRow | undefined> {
  // An advisory lock, since the worker may not lock rows that it may not change.
  const lock = how === "share" ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
  await tx.query(`SELECT ${lock}(hashtextextended($1, 0))`, [
    `environment|${tenant}|${environment}`,
  ]);
  const [row] = await tx.query<EnvironmentRow>(`${SELECT} AND p.environment = $2`, [
    tenant,
    environment,
  ]);
  return row;
}
