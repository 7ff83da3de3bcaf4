import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RecordDriftInput } from "./look-schema.ts";
import type { KnownSource, SourceState } from "./schema.ts";

type End = NonNullable<z.infer<typeof RecordDriftInput>["end"]>;

/** Ends the turn: what was looked at, when it was seen, and since when a source is away. */
export async function endLook(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  fence: string,
  before: readonly KnownSource[],
  { nextInSeconds, readAt, sources, clusters }: End,
): Promise<void> {
  await tx.query(
    `UPDATE drift_look SET lease_owner = NULL, lease_until = NULL, finished_at = clock_timestamp(),
       due_at = clock_timestamp() + make_interval(secs => $3), sources = $4
     WHERE tenant_id = $1 AND fence = $2`,
    [
      tenant,
      fence,
      nextInSeconds,
      JSON.stringify(withSince(sources, before, await tx.startedAt())),
    ],
  );
  await tx.query(
    `INSERT INTO drift_cluster AS c (tenant_id, cluster, inputs_digest, live_seen_at, compared_at, live_away_since,
       compare_away_since)
     SELECT $1, s.cluster, decode(coalesce(s."inputsDigest", repeat('00', 32)), 'hex'),
       CASE WHEN s."isLive" THEN $3::timestamptz END, CASE WHEN s."isLive" AND s."isCompared" THEN $3::timestamptz END,
       CASE WHEN NOT s."isLive" THEN clock_timestamp() END,
       CASE WHEN NOT (s."isLive" AND coalesce(s."isCompared", false)) THEN clock_timestamp() END
     FROM jsonb_to_recordset($2::jsonb) AS s (cluster text, "inputsDigest" text, "isLive" boolean, "isCompared" boolean)
     ON CONFLICT (tenant_id, cluster) DO UPDATE SET
       inputs_digest = CASE WHEN excluded.inputs_digest = decode(repeat('00', 32), 'hex') THEN c.inputs_digest
         ELSE excluded.inputs_digest END,
       live_seen_at = coalesce(excluded.live_seen_at, c.live_seen_at),
       compared_at = coalesce(excluded.compared_at, c.compared_at),
       live_away_since = CASE WHEN excluded.live_away_since IS NULL THEN NULL
         ELSE coalesce(c.live_away_since, excluded.live_away_since) END,
       compare_away_since = CASE WHEN excluded.compare_away_since IS NULL THEN NULL
         ELSE coalesce(c.compare_away_since, excluded.compare_away_since) END`,
    [tenant, JSON.stringify(clusters), readAt],
  );
  // A cluster that is no longer configured tells nothing any more.
  await tx.query(
    `UPDATE drift_cluster SET live_away_since = coalesce(live_away_since, clock_timestamp()),
       compare_away_since = coalesce(compare_away_since, clock_timestamp())
     WHERE tenant_id = $1 AND NOT (cluster = ANY ($2::text[]))`,
    [tenant, clusters.map(({ cluster }) => cluster)],
  );
}

/** A source that is away keeps since when, as long as it stays away. */
function withSince(
  now: readonly SourceState[],
  before: readonly KnownSource[],
  at: Date,
): KnownSource[] {
  return now.map((source) => {
    const same = before.find(
      ({ kind, cluster, name }) =>
        kind === source.kind && cluster === source.cluster && name === source.name,
    );
    const awaySince = source.reason === null ? null : (same?.awaySince ?? at);
    return { ...source, awaySince };
  });
}
