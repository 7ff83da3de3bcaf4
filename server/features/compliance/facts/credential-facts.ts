import "server-only";
import type { CredentialFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { countThings, evidenceOf } from "./count-things.ts";

/** Past its limit or stuck, whatever else is said of it. */
const LATE = `SELECT binding_id::text AS id, coalesce(nullif(limit_key, 'infinity'), last_rotated_at) AS at,
    (standing IN ('failed', 'orphaned') OR limit_key <= clock_timestamp()) AS is_bad
  FROM secret_binding WHERE tenant_id = $1 AND standing NOT IN ('retired', 'missing')`;

const UNMANAGED = `SELECT binding_id::text AS id, created_at AS at, standing IN ('unmanaged', 'missing') AS is_bad
  FROM secret_binding WHERE tenant_id = $1 AND standing <> 'retired'`;

/**
 * Old values of rotations of the last 30 days: a finished one has its proof among the steps, and one that is
 * held open is not an hour past its grace.
 */
const OLD_VALUES = `SELECT r.rotation_id::text AS id, coalesce(r.finished_at, r.updated_at) AS at,
    CASE WHEN r.state = 'done' THEN NOT EXISTS (SELECT FROM rotation_step s WHERE s.tenant_id = r.tenant_id
           AND s.rotation_id = r.rotation_id AND s.state_to = 'verified_dead')
         ELSE r.state IN ('revoke_failed', 'indeterminate', 'orphaned')
           OR r.grace_until < clock_timestamp() - interval '1 hour' END AS is_bad
  FROM rotation r WHERE r.tenant_id = $1 AND r.old_handle IS NOT NULL
    AND ((r.finished_at > clock_timestamp() - interval '30 days' AND r.state IN ('done', 'orphaned'))
      OR (r.finished_at IS NULL AND r.state IN ('promoted', 'grace', 'revoking', 'verified_dead', 'revoke_failed', 'indeterminate')))`;

const LEAKS = `SELECT incident_id::text AS id, opened_at AS at, state = 'open' AS is_bad
  FROM leak_incident WHERE tenant_id = $1 AND (state <> 'closed' OR opened_at > clock_timestamp() - interval '1 year')`;

/** What is known of the tenant's credentials now. */
export async function credentialFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<CredentialFacts> {
  const [late, unmanaged, oldValues, leaks, runs, away] = await Promise.all([
    countThings(tx, tenant, "secret-binding", LATE),
    countThings(tx, tenant, "secret-binding", UNMANAGED),
    countThings(tx, tenant, "rotation", OLD_VALUES),
    countThings(tx, tenant, "leak-incident", LEAKS),
    tx.query<{ at: Date | null }>(
      "SELECT max(tried_at) AS at FROM discovery_source WHERE tenant_id = $1",
      [tenant],
    ),
    tx.query<{ id: string; at: Date }>(
      `SELECT source || ' ' || place AS id, failing_since AS at FROM discovery_source
       WHERE tenant_id = $1 AND failing_since IS NOT NULL ORDER BY failing_since, id LIMIT 10`,
      [tenant],
    ),
  ]);
  return {
    late,
    unmanaged,
    oldValues,
    leaks,
    discovery: {
      at: runs[0]?.at?.toISOString() ?? null,
      away: away.map((each) => evidenceOf("discovery-source", each)),
    },
  };
}
