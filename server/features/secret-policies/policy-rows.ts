import "server-only";
import type { SecretPolicy } from "#server/engines/secret-policy/policy.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface PolicyRow {
  [column: string]: unknown;
  policy_id: string;
  name: string;
  version: number;
  source: string;
  parsed: Pick<SecretPolicy, "organizationLabels" | "rules">;
  retired_at: Date | null;
  saved_at: Date;
}

const COLUMNS = "policy_id, name, version, source, parsed, retired_at, saved_at";

/** The tenant's own policies of these names. */
export async function policiesNamed(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  names: readonly string[],
): Promise<Map<string, PolicyRow>> {
  const rows = await tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM secret_policy WHERE tenant_id = $1 AND name = ANY ($2)`,
    [tenant, names],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** The same, locked in the order of their names for the rest of the transaction. */
export async function lockPolicies(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  names: readonly string[],
): Promise<Map<string, PolicyRow>> {
  const rows = await tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM secret_policy WHERE tenant_id = $1 AND name = ANY ($2)
     ORDER BY name FOR UPDATE`,
    [tenant, names],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** One of the tenant's own, locked when it is about to be changed. */
export async function policyById(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  policyId: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<PolicyRow | undefined> {
  const [row] = await tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM secret_policy WHERE tenant_id = $1 AND policy_id = $2 ${lock}`,
    [tenant, policyId],
  );
  return row;
}

/** All of the tenant's own, by name, retired ones last. */
export async function policiesOf(tx: TenantTx, tenant: AuthorizedTenantId): Promise<PolicyRow[]> {
  return tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM secret_policy WHERE tenant_id = $1
     ORDER BY (retired_at IS NOT NULL), name LIMIT 1000`,
    [tenant],
  );
}
