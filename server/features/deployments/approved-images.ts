import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * Every image that may run of a tenant, as `repository@sha256:…`, by `tenant/environment`: of what runs
 * (RuntimeDeployment), and of what a pipeline has claimed and is carrying out. An environment to which
 * nothing was ever deployed is not in the map.
 */
export async function approvedImages(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<Map<string, ReadonlySet<string>>> {
  const rows = await tx.prepared<{ environment: string; images: string[] }>(APPROVED, [tenant]);
  return new Map(
    rows.map(({ environment, images }) => [`${tenant}/${environment}`, new Set(images)]),
  );
}

const APPROVED = `
  WITH live AS (
    SELECT environment, deployment_id, revision FROM runtime_deployment WHERE tenant_id = $1
    UNION ALL
    SELECT environment, deployment_id, revision FROM deployment_request
    WHERE tenant_id = $1 AND state = 'executing')
  SELECT live.environment, array_agg(DISTINCT i.repository || '@' || i.digest) AS images
  FROM live JOIN deployment_image i
    ON i.tenant_id = $1 AND i.deployment_id = live.deployment_id AND i.revision = live.revision
  GROUP BY live.environment ORDER BY live.environment`;
