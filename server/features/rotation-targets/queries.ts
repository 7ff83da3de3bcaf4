import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ListRotationTargetsOutput, RotationTargetHere, TargetAddress } from "./schema.ts";

export interface TargetRow {
  [column: string]: unknown;
  target_id: string;
  name: string;
  address: TargetAddress;
  for_every: boolean;
  tenants: string[];
  environments: RotationTargetHere["environments"];
  retired_at: Date | null;
  updated_at: Date;
}

const COLUMNS =
  "target_id, name, address, for_every, tenants, environments, retired_at, updated_at";

/** The targets that the current tenant may use, whoever's they are; by name. */
export async function targetsHere(tx: TenantTx): Promise<RotationTargetHere[]> {
  const rows = await tx.query<TargetRow & { is_shared: boolean }>(
    "SELECT target_id, name, address, environments, is_shared FROM app.rotation_targets_here()",
  );
  return rows.map((row) => ({
    targetId: row.target_id,
    name: row.name,
    address: row.address,
    environments: row.environments,
    isShared: row.is_shared,
  }));
}

/** The Sovereign's own record of a target, locked for the rest of the transaction. */
export async function lockTarget(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  name: string,
): Promise<TargetRow | undefined> {
  const [row] = await tx.query<TargetRow>(
    `SELECT ${COLUMNS} FROM rotation_target WHERE tenant_id = $1 AND name = $2 FOR UPDATE`,
    [tenant, name],
  );
  return row;
}

/** Whether the tenant is the Sovereign; undefined when it was never created. */
export async function tenantKind(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<string | undefined> {
  const [row] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  return row?.kind;
}

/** What applies here and, for the Sovereign, the whole register. */
export async function listRotationTargets(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof ListRotationTargetsOutput>> {
  const own = await tx.query<TargetRow>(
    `SELECT ${COLUMNS} FROM rotation_target WHERE tenant_id = $1
     ORDER BY (retired_at IS NOT NULL), name LIMIT 1000`,
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    isSovereign: (await tenantKind(tx, tenant)) === "sovereign",
    targets: own.map((row) => ({
      targetId: row.target_id,
      name: row.name,
      address: row.address,
      tenants: row.for_every ? "every" : row.tenants,
      environments: row.environments,
      updatedAt: row.updated_at,
      retiredAt: row.retired_at,
    })),
    here: await targetsHere(tx),
  };
}
