import "server-only";
import type { ConsumerState } from "#server/engines/rotation/revocation-gate.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { addObservation } from "./note-consumer.ts";

interface Changed {
  [column: string]: unknown;
  consumer_id: string;
  state: ConsumerState;
  reason: string;
  seen_version: number | null;
  seen_at: Date | null;
}

interface About {
  bindingId: string;
  rotationId: string;
  eventId: string;
}

/**
 * What a look means for consumers that it did not find. A cluster that was read whole shows that
 * they are gone; one that is away or was read in part leaves them unknown, whatever they were.
 */
export async function noteAbsentConsumers(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  about: About,
  { foundIds, isGone, reason }: { foundIds: readonly string[]; isGone: boolean; reason: string },
): Promise<number> {
  const set = isGone
    ? "gone_at = clock_timestamp(), checked_at = clock_timestamp()"
    : "state = 'unknown', reason = $4, state_since = clock_timestamp()";
  const params = [tenant, about.bindingId, foundIds, ...(isGone ? [] : [reason])];
  const changed = await tx.query<Changed>(
    `UPDATE secret_consumer SET ${set}
     WHERE tenant_id = $1 AND binding_id = $2 AND kind <> 'reported' AND gone_at IS NULL
       AND consumer_id <> ALL ($3::uuid[])${isGone ? "" : " AND (state <> 'unknown' OR reason <> $4)"}
     RETURNING consumer_id, state, reason, seen_version, seen_at`,
    params,
  );
  if (!isGone) await observe(tx, tenant, about, changed);
  return changed.length;
}

/**
 * Judges consumers that report by themselves: by the version that they last named, and by whether
 * their next report is overdue.
 */
export async function judgeReports(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  about: About & { currentVersion: number | null },
): Promise<number> {
  const changed = await tx.query<Changed>(
    `WITH judged AS (
       SELECT consumer_id,
         CASE WHEN checked_at + make_interval(secs => report_within_seconds) < clock_timestamp() THEN 'report-late'
              WHEN $3::int IS NULL THEN 'version-unknown'
              WHEN seen_version >= $3 THEN 'reports-new' ELSE 'reports-older' END AS reason
       FROM secret_consumer
       WHERE tenant_id = $1 AND binding_id = $2 AND kind = 'reported' AND gone_at IS NULL)
     UPDATE secret_consumer c SET reason = judged.reason, state_since = clock_timestamp(),
       state = CASE judged.reason WHEN 'reports-new' THEN 'moved' WHEN 'reports-older' THEN 'not-yet' ELSE 'unknown' END
     FROM judged WHERE c.tenant_id = $1 AND c.consumer_id = judged.consumer_id AND c.reason <> judged.reason
     RETURNING c.consumer_id, c.state, c.reason, c.seen_version, c.seen_at`,
    [tenant, about.bindingId, about.currentVersion],
  );
  await observe(tx, tenant, about, changed);
  return changed.length;
}

async function observe(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { rotationId, eventId }: About,
  changed: readonly Changed[],
): Promise<void> {
  for (const row of changed) {
    const { consumer_id: consumerId, state, reason, seen_version, seen_at } = row;
    const seen = { seenVersion: seen_version, seenAt: seen_at };
    await addObservation(tx, tenant, { consumerId, rotationId, eventId, state, reason, ...seen });
  }
}
