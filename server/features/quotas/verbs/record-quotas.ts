import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type ObservedUse, QuotasRecorded, RecordQuotasInput } from "../schema.ts";

/** How long samples are kept. */
const KEEP_DAYS = 7;

interface CrowdingRow {
  environment: ObservedUse["environment"];
  side: "crowds" | "crowded";
  cluster: string;
  pool: string;
  resource: string;
  cause: "over-quota" | "no-limits" | "share";
}

/**
 * Records what a tenant uses of the clusters that could be read, and who crowds whom on its own side. A
 * crowding that began or ended is an event; one that lasts is given out once, to be told.
 */
export const recordQuotas = verb({
  name: "quotas.record",
  scope: "runtime.quotas.observe",
  input: RecordQuotasInput,
  output: QuotasRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    await saveUses(tx, tenant, input.clusters, input.uses);
    await sample(tx, tenant, input.sampleEverySeconds);
    const rows = JSON.stringify(input.crowdings);
    const ended = await tx.query<CrowdingRow>(
      `DELETE FROM quota_crowding c WHERE c.tenant_id = $1 AND c.cluster = ANY ($2::text[]) AND NOT EXISTS (
         SELECT 1 FROM jsonb_to_recordset($3::jsonb) AS s (environment text, "crowdingId" text, side text)
         WHERE s.environment = c.environment AND decode(s."crowdingId", 'hex') = c.crowding_id AND s.side = c.side)
       RETURNING environment, side, cluster, pool, resource, cause`,
      [tenant, input.clusters, rows],
    );
    const known = await tx.query<{ key: string }>(
      `SELECT environment || encode(crowding_id, 'hex') || side AS key FROM quota_crowding WHERE tenant_id = $1`,
      [tenant],
    );
    await tx.query(
      `INSERT INTO quota_crowding AS c (tenant_id, environment, crowding_id, side, cluster, pool, resource, cause, share,
         pods, peer, first_seen_at, observed_at)
       SELECT $1, environment, decode("crowdingId", 'hex'), side, cluster, pool, resource, cause, share, pods,
         decode(peer, 'hex'), clock_timestamp(), clock_timestamp()
       FROM jsonb_to_recordset($2::jsonb) AS s (environment text, "crowdingId" text, side text, cluster text, pool text,
         resource text, cause text, share integer, pods integer, peer text)
       ON CONFLICT (tenant_id, environment, crowding_id, side) DO UPDATE SET share = excluded.share,
         pods = excluded.pods, observed_at = excluded.observed_at`,
      [tenant, rows],
    );
    const sustained = await tx.query<CrowdingRow>(
      `UPDATE quota_crowding SET told_at = clock_timestamp()
       WHERE tenant_id = $1 AND told_at IS NULL AND first_seen_at <= clock_timestamp() - make_interval(secs => $2)
       RETURNING environment, side, cluster, pool, resource, cause`,
      [tenant, input.tellAfterSeconds],
    );
    const before = new Set(known.map(({ key }) => key));
    const begun = input.crowdings.filter(
      (each) => !before.has(each.environment + each.crowdingId + each.side),
    );
    const [first, ...more] = [
      ...begun.map((each) => told("began", each)),
      ...ended.map((each) => told("ended", each)),
    ];
    return first ? audited({ sustained }, first, ...more) : unchanged({ sustained });
  },
});

function told(what: "began" | "ended", each: CrowdingRow): AuditEventDraft {
  const { environment, side, cluster, pool, resource, cause } = each;
  return {
    type: `runtime.quotas.crowding-${what}`,
    subject: `environment/${environment}`,
    payload: { side, cluster, pool, resource, cause },
  };
}

async function saveUses(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  clusters: readonly string[],
  uses: readonly ObservedUse[],
): Promise<void> {
  const rows = JSON.stringify(uses, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  const columns = `environment text, cluster text, resource text, declared bigint, hard bigint, used bigint,
    requested bigint, limited bigint, allocatable bigint, unlimited integer`;
  await tx.query(
    `DELETE FROM quota_usage u WHERE u.tenant_id = $1 AND u.cluster = ANY ($2::text[]) AND NOT EXISTS (
       SELECT 1 FROM jsonb_to_recordset($3::jsonb) AS s (${columns})
       WHERE s.environment = u.environment AND s.cluster = u.cluster AND s.resource = u.resource)`,
    [tenant, clusters, rows],
  );
  await tx.query(
    `INSERT INTO quota_usage (tenant_id, environment, cluster, resource, declared, hard, used, requested, limited,
       allocatable, unlimited, observed_at)
     SELECT $1, s.*, clock_timestamp() FROM jsonb_to_recordset($2::jsonb) AS s (${columns})
     ON CONFLICT (tenant_id, environment, cluster, resource) DO UPDATE SET declared = excluded.declared,
       hard = excluded.hard, used = excluded.used, requested = excluded.requested, limited = excluded.limited,
       allocatable = excluded.allocatable, unlimited = excluded.unlimited, observed_at = excluded.observed_at`,
    [tenant, rows],
  );
}

/** One sample of everything, unless the last one is young; those past their time go. */
async function sample(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  everySeconds: number,
): Promise<void> {
  const taken = await tx.query(
    `INSERT INTO quota_sample (tenant_id, environment, cluster, resource, sampled_at, hard, used, requested, allocatable)
     SELECT tenant_id, environment, cluster, resource, observed_at, hard, used, requested, allocatable
     FROM quota_usage u WHERE tenant_id = $1 AND NOT EXISTS (
       SELECT 1 FROM quota_sample s WHERE s.tenant_id = $1 AND s.environment = u.environment AND s.cluster = u.cluster
         AND s.resource = u.resource AND s.sampled_at > u.observed_at - make_interval(secs => $2))
     RETURNING resource`,
    [tenant, everySeconds],
  );
  if (taken.length === 0) return;
  await tx.query(
    "DELETE FROM quota_sample WHERE tenant_id = $1 AND sampled_at < clock_timestamp() - make_interval(days => $2)",
    [tenant, KEEP_DAYS],
  );
}
