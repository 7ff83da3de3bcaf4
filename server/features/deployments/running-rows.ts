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

/** What runs of these services. */
export async function runningOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  services: readonly { environment: Environment; service: string }[],
): Promise<RunningRow[]> {
  if (services.length === 0) return [];
  return tx.query<RunningRow>(
    `SELECT r.environment, r.service, r.deployment_id, r.revision, r.running_since,
       v.config_digest, v.change_ref, v.provenance
     FROM (SELECT DISTINCT * FROM unnest($2::text[], $3::text[])) AS asked (environment, service)
     JOIN runtime_deployment r
       ON r.tenant_id = $1 AND r.environment = asked.environment AND r.service = asked.service
     JOIN deployment_revision v
       ON v.tenant_id = r.tenant_id AND v.deployment_id = r.deployment_id AND v.revision = r.revision
     ORDER BY r.environment, r.service`,
    [
      tenant,
      services.map(({ environment }) => environment),
      services.map(({ service }) => service),
    ],
  );
}
