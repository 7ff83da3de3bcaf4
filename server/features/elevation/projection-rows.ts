import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface ProjectionRow {
  projection_id: string;
  grant_id: string;
  kind: "keycloak-role" | "kubernetes-role-binding";
  target: Record<string, string>;
  target_key: string;
  state: "wanted" | "projecting" | "projected" | "revoking" | "gone";
  attempts: number;
  trouble: string;
  fence: number;
  projected_at: Date | null;
  gone_at: Date | null;
  is_leased: boolean;
  is_due: boolean;
}

const COLUMNS = `projection_id, grant_id, kind, target, target_key, state, attempts, trouble, fence, projected_at, gone_at,
  coalesce(lease_until > clock_timestamp(), false) AS is_leased, due_at <= clock_timestamp() AS is_due`;

/** The projections of these grants, by grant. */
export async function projectionsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  grantIds: readonly string[],
): Promise<Map<string, ProjectionRow[]>> {
  if (grantIds.length === 0) return new Map();
  const rows = await tx.query<ProjectionRow>(
    `SELECT ${COLUMNS} FROM elevation_projection
     WHERE tenant_id = $1 AND grant_id = ANY ($2::uuid[]) ORDER BY projection_id`,
    [tenant, grantIds],
  );
  return Map.groupBy(rows, ({ grant_id }) => grant_id);
}

/** The projection, locked for the rest of the transaction. Throws `not_found`. */
export async function lockProjection(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  projectionId: string,
): Promise<ProjectionRow> {
  await tx.query(
    "SELECT 1 FROM elevation_projection WHERE tenant_id = $1 AND projection_id = $2 FOR UPDATE",
    [tenant, projectionId],
  );
  const [row] = await tx.query<ProjectionRow>(
    `SELECT ${COLUMNS} FROM elevation_projection WHERE tenant_id = $1 AND projection_id = $2`,
    [tenant, projectionId],
  );
  if (!row) throw notFound("elevation projection");
  return row;
}
