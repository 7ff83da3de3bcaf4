import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What runs of a service, and the revision that put it there. */
export interface RunningRow {
  environment: Environment;
  service: string;
  deployment_id: string;
  revision: number;
  running_since: Date;
  config_digest: string;
  change_ref: string;
  provenance: ProvenanceVerdict;
}

/** Everything that runs, or one service of one environment. */
export function runningRows(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  only: { environment?: string | undefined; service?: string | undefined } = {},
): Promise<RunningRow[]> {
  return tx.query<RunningRow>(
    `SELECT r.environment, r.service, r.deployment_id, r.revision, r.running_since,
       v.config_digest, v.change_ref, v.provenance
     FROM runtime_deployment r
     JOIN deployment_revision v
       ON v.tenant_id = r.tenant_id AND v.deployment_id = r.deployment_id AND v.revision = r.revision
     WHERE r.tenant_id = $1 AND ($2::text IS NULL OR r.environment = $2) AND ($3::text IS NULL OR r.service = $3)
     ORDER BY r.environment, r.service`,
    [tenant, only.environment ?? null, only.service ?? null],
  );
}
