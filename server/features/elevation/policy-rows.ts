import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ElevationPolicySpec } from "./elevation-policy-spec.ts";

/** What an environment lets people ask for, as it stands. */
export interface PolicyRow {
  environment: Environment;
  version: number;
  spec: ElevationPolicySpec;
  saved_by_name: string;
  saved_at: Date;
}

const SELECT = `
  SELECT p.environment, p.version, v.spec, v.saved_by_name, v.saved_at
  FROM elevation_policy p JOIN elevation_policy_version v
    ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
  WHERE p.tenant_id = $1`;

export function policyRows(tx: TenantTx, tenant: AuthorizedTenantId): Promise<PolicyRow[]> {
  return tx.query<PolicyRow>(`${SELECT} ORDER BY p.environment`, [tenant]);
}

/** The policy in force, held for the rest of the transaction; undefined without one. */
export async function holdPolicy(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
  how: "share" | "update",
): Promise<PolicyRow | undefined> {
  // An advisory lock, since the worker may not lock rows that it may not change.
  const lock = how === "share" ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
  await tx.query(`SELECT ${lock}(hashtextextended($1, 0))`, [`elevation|${tenant}|${environment}`]);
  const [row] = await tx.query<PolicyRow>(`${SELECT} AND p.environment = $2`, [
    tenant,
    environment,
  ]);
  return row;
}

/** As `holdPolicy` to read it. Throws `invalid` where nothing may be asked for. */
export async function policyToAskBy(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
): Promise<PolicyRow> {
  const row = await holdPolicy(tx, tenant, environment, "share");
  if (row) return row;
  throw new AppError("invalid", `environment: ${environment} has no elevation policy here`, {
    said: { key: "elevation.noPolicy", args: { environment } },
    field: "environment",
    remedy: "Ask a security-officer to say what may be asked for there, then ask again.",
  });
}
