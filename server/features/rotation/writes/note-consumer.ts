import "server-only";
import { uuidv7 } from "uuidv7";
import type { ConsumerState } from "#server/engines/rotation/revocation-gate.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface NotedConsumer {
  bindingId: string;
  kind: "external-secret" | "workload" | "reported";
  cluster: string;
  namespace: string;
  name: string;
  state: ConsumerState;
  reason: string;
  seenVersion: number | null;
  seenAt: Date | null;
  reportWithinSeconds?: number | null;
  refreshDueAt?: Date | null;
}

/**
 * Notes what is known of a consumer now; a change of its state becomes an observation of its own.
 * Gives its id, and whether its state is another than before.
 */
export async function noteConsumer(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  noted: NotedConsumer,
  { eventId, rotationId }: { eventId: string; rotationId: string | null },
): Promise<{ consumerId: string; isChanged: boolean }> {
  const key = [tenant, noted.bindingId, noted.kind, noted.cluster, noted.namespace, noted.name];
  const [before] = await tx.query<{
    consumer_id: string;
    state: string;
    reason: string;
    rotation_id: string | null;
  }>(
    `SELECT consumer_id, state, reason, (
       SELECT o.rotation_id FROM consumer_observation o
       WHERE o.tenant_id = c.tenant_id AND o.consumer_id = c.consumer_id
       ORDER BY observation_no DESC LIMIT 1) AS rotation_id
     FROM secret_consumer c
     WHERE tenant_id = $1 AND binding_id = $2 AND kind = $3 AND cluster = $4 AND namespace = $5 AND name = $6
     FOR UPDATE OF c`,
    key,
  );
  // Of another rotation, the same state is news: it is said of another version.
  const isAnother = before !== undefined && before.rotation_id !== rotationId;
  const [row] = await tx.query<{ consumer_id: string }>(UPSERT, [
    ...key,
    before?.consumer_id ?? uuidv7(),
    noted.state,
    noted.reason,
    noted.seenVersion,
    noted.seenAt,
    noted.reportWithinSeconds ?? null,
    isAnother,
    noted.refreshDueAt ?? null,
  ]);
  const consumerId = row?.consumer_id ?? "";
  const isChanged = before?.state !== noted.state || before.reason !== noted.reason || isAnother;
  if (isChanged) {
    const { state, reason, seenVersion, seenAt } = noted;
    await addObservation(tx, tenant, {
      consumerId,
      rotationId,
      eventId,
      state,
      reason,
      seenVersion,
      seenAt,
    });
  }
  return { consumerId, isChanged };
}

/** Adds a line to a consumer's history. */
export async function addObservation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  seen: {
    consumerId: string;
    rotationId: string | null;
    eventId: string;
    state: ConsumerState;
    reason: string;
    seenVersion: number | null;
    seenAt: Date | null;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO consumer_observation (tenant_id, consumer_id, observation_no, rotation_id, state, reason,
       seen_version, seen_at, at, event_id)
     SELECT $1, $2, coalesce(max(observation_no), 0) + 1, $3, $4, $5, $6, $7, clock_timestamp(), $8
     FROM consumer_observation WHERE tenant_id = $1 AND consumer_id = $2`,
    [
      tenant,
      seen.consumerId,
      seen.rotationId,
      seen.state,
      seen.reason,
      seen.seenVersion,
      seen.seenAt,
      seen.eventId,
    ],
  );
}

const UPSERT = `
  INSERT INTO secret_consumer AS c (tenant_id, binding_id, kind, cluster, namespace, name, consumer_id, state,
    reason, state_since, seen_version, seen_at, checked_at, report_within_seconds, created_at, refresh_due_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), $10, $11, clock_timestamp(), $12, clock_timestamp(), $14)
  ON CONFLICT (tenant_id, binding_id, kind, cluster, namespace, name) DO UPDATE SET
    state = excluded.state, reason = excluded.reason,
    state_since = CASE WHEN c.state = excluded.state AND c.gone_at IS NULL AND NOT $13 THEN c.state_since ELSE excluded.state_since END,
    seen_version = coalesce(excluded.seen_version, c.seen_version), seen_at = coalesce(excluded.seen_at, c.seen_at),
    checked_at = excluded.checked_at, gone_at = NULL, refresh_due_at = excluded.refresh_due_at,
    report_within_seconds = coalesce(excluded.report_within_seconds, c.report_within_seconds)
  RETURNING consumer_id`;
