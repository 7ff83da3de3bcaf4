import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RecordBatchInput } from "./worker-schema.ts";

type Batch = z.output<typeof RecordBatchInput>;

/** Sets aside what a sink never will take: the envelope is the log's own. */
export async function setAside(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
  rejected: Batch["rejected"],
): Promise<{ types: string[] }> {
  if (rejected.length === 0) return { types: [] };
  const rows = await tx.query<{ type: string }>(
    `WITH dead AS (
       INSERT INTO sink_dead_letter AS d (tenant_id, letter_id, sink_id, event_id, leaf_index, envelope, reason, state, dead_at)
       SELECT e.tenant_id, r.letter_id, $2, e.event_id, r.leaf_index, e.envelope, r.reason, 'waiting', clock_timestamp()
       FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::text[]) AS r (letter_id, event_id, leaf_index, reason)
       JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = r.event_id
       ON CONFLICT (tenant_id, sink_id, event_id) DO UPDATE SET reason = excluded.reason, state = 'waiting',
         attempts = d.attempts + 1, dead_at = excluded.dead_at, settled_at = NULL
       RETURNING d.event_id
     )
     SELECT DISTINCT e.type FROM dead JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = dead.event_id ORDER BY 1`,
    [
      tenant,
      sinkId,
      rejected.map(() => uuidv7()),
      rejected.map(({ eventId }) => eventId),
      rejected.map(({ leafIndex }) => leafIndex.toString()),
      rejected.map(({ reason }) => reason),
    ],
  );
  return { types: rows.map(({ type }) => type) };
}

/** Dead letters that have arrived after all. */
export async function noteArrivals(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
  arrived: readonly string[],
): Promise<void> {
  if (arrived.length === 0) return;
  await tx.query(
    `UPDATE sink_dead_letter SET state = 'delivered', settled_at = clock_timestamp()
     WHERE tenant_id = $1 AND sink_id = $2 AND event_id = ANY ($3::uuid[]) AND state IN ('waiting', 'redriving')`,
    [tenant, sinkId, [...arrived]],
  );
}

/** Adds to the present minute's counts, and drops those of a day ago. */
export async function countMinute(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
  counts: { delivered: number; rejected: number; failures: number },
): Promise<void> {
  const { delivered, rejected, failures } = counts;
  if (delivered + rejected + failures === 0) return;
  await tx.query(
    `INSERT INTO sink_minute AS m (tenant_id, sink_id, minute, delivered, rejected, failures)
     VALUES ($1, $2, date_trunc('minute', clock_timestamp()), $3, $4, $5)
     ON CONFLICT (tenant_id, sink_id, minute) DO UPDATE SET delivered = m.delivered + excluded.delivered,
       rejected = m.rejected + excluded.rejected, failures = m.failures + excluded.failures`,
    [tenant, sinkId, delivered, rejected, failures],
  );
  await tx.query(
    "DELETE FROM sink_minute WHERE tenant_id = $1 AND sink_id = $2 AND minute < clock_timestamp() - interval '1 day'",
    [tenant, sinkId],
  );
}
