import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SeenIgnored } from "./look-schema.ts";

/** Keeps what ignore rules hide: since when, and what it is now. */
export async function saveIgnored(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  ignored: readonly SeenIgnored[],
  unignored: readonly { ruleId: string; objectDigest: string }[],
): Promise<void> {
  if (unignored.length > 0) {
    await tx.query(
      `DELETE FROM drift_ignored d USING jsonb_to_recordset($2::jsonb) AS g ("ruleId" uuid, "objectDigest" text)
       WHERE d.tenant_id = $1 AND d.rule_id = g."ruleId" AND d.object_digest = decode(g."objectDigest", 'hex')`,
      [tenant, JSON.stringify(unignored)],
    );
  }
  if (ignored.length === 0) return;
  await tx.query(
    `INSERT INTO drift_ignored (tenant_id, rule_id, cluster, object_digest, environment, api_version, kind, namespace, name,
       differences, difference_count, since)
     SELECT $1, s."ruleId", s.cluster, decode(s."objectDigest", 'hex'), s.environment, s."apiVersion", s.kind, s.namespace,
       s.name, s.differences, s."differenceCount", clock_timestamp()
     FROM jsonb_to_recordset($2::jsonb) AS s ("ruleId" uuid, cluster text, "objectDigest" text, environment text,
       "apiVersion" text, kind text, namespace text, name text, differences jsonb, "differenceCount" integer)
     ON CONFLICT (tenant_id, rule_id, cluster, object_digest) DO UPDATE SET environment = excluded.environment,
       api_version = excluded.api_version, differences = excluded.differences, difference_count = excluded.difference_count`,
    [tenant, JSON.stringify(ignored)],
  );
}
