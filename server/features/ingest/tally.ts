import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface Tally {
  received: number;
  repeated: number;
  refused: number;
  masked: number;
}

/** Counts what a source brought today. A row a connection, so that calls at once don't queue for one. */
export function countEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sourceId: string,
  { received, repeated, refused, masked }: Tally,
): Promise<unknown> {
  return tx.prepared(
    `INSERT INTO event_tally AS t (tenant_id, source_id, day, shard, received, repeated, refused, masked, last_at)
     VALUES ($1, $2, (clock_timestamp() AT TIME ZONE 'UTC')::date, pg_backend_pid() % 64, $3, $4, $5, $6, clock_timestamp())
     ON CONFLICT (tenant_id, source_id, day, shard) DO UPDATE SET
       received = t.received + excluded.received, repeated = t.repeated + excluded.repeated,
       refused = t.refused + excluded.refused, masked = t.masked + excluded.masked, last_at = excluded.last_at`,
    [tenant, sourceId, received, repeated, refused, masked],
  );
}
