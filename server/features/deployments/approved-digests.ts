import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface Place {
  environment: string;
  /** Null: any service of the environment. */
  service: string | null;
}

/**
 * Those of these digests that may run there, with the repositories under which they were approved:
 * of what runs (RuntimeDeployment), and of what a pipeline has claimed and is carrying out.
 */
export async function approvedDigests(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { environment, service }: Place,
  digests: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await tx.prepared<{ digest: string; repositories: string[] }>(APPROVED, [
    tenant,
    environment,
    service,
    digests,
  ]);
  return new Map(rows.map(({ digest, repositories }) => [digest, repositories]));
}

const APPROVED = `
  WITH live AS (
    SELECT deployment_id, revision, service FROM runtime_deployment WHERE tenant_id = $1 AND environment = $2
    UNION ALL
    SELECT deployment_id, revision, service FROM deployment_request
    WHERE tenant_id = $1 AND environment = $2 AND state = 'executing')
  SELECT i.digest, array_agg(DISTINCT i.repository ORDER BY i.repository) AS repositories
  FROM live JOIN deployment_image i
    ON i.tenant_id = $1 AND i.deployment_id = live.deployment_id AND i.revision = live.revision
  WHERE ($3::text IS NULL OR live.service = $3) AND i.digest = ANY ($4::text[])
  GROUP BY i.digest`;
