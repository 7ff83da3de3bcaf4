import "server-only";
import type { OperationFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { countThings } from "./count-things.ts";

/** Critical alerts of the last year, but those of compliance: they would hold each other open. */
const UNANSWERED = `SELECT alert_id::text AS id, created_at AS at,
    acknowledged_at IS NULL AND created_at < clock_timestamp() - interval '1 day' AS is_bad
  FROM alert WHERE tenant_id = $1 AND severity = 'critical' AND kind <> 'compliance-failing'
    AND created_at > clock_timestamp() - interval '1 year'`;

const ENDPOINTS = `SELECT p.endpoint_id::text AS id, p.created_at AS at,
    EXISTS (SELECT FROM webhook_delivery d WHERE d.tenant_id = p.tenant_id AND d.endpoint_id = p.endpoint_id
      AND d.state = 'dead' AND d.finished_at > clock_timestamp() - interval '7 days') AS is_bad
  FROM webhook_endpoint p WHERE p.tenant_id = $1 AND p.enabled AND p.retired_at IS NULL`;

/** What is known of alerts and regions. */
export async function operationFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<OperationFacts> {
  const [unanswered, endpoints] = await Promise.all([
    countThings(tx, tenant, "alert", UNANSWERED),
    countThings(tx, tenant, "webhook-endpoint", ENDPOINTS),
  ]);
  const regions = await tx.query<{
    region: string;
    role: string;
    behind: string | null;
    unknown: string | null;
    checked_at: Date | null;
  }>(
    `SELECT g.region, g.role, c.behind, c.unknown, c.checked_at
     FROM app.regions_in_force() g LEFT JOIN app.region_read_counts() c ON c.region = g.region ORDER BY g.region`,
  );
  return {
    unanswered,
    endpoints,
    regions: regions.map((each) => ({
      region: each.region,
      role: each.role,
      behind: Number(each.behind ?? 0),
      unknown: Number(each.unknown ?? 0),
      checkedAt: each.checked_at?.toISOString() ?? null,
    })),
  };
}
