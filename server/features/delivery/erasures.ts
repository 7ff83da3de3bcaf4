import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What became of erased events at one sink that had received them. */
export interface ErasureAtSink {
  [column: string]: unknown;
  actId: string;
  erasureId: string;
  sinkId: string;
  name: string;
  kind: string;
  events: number;
  state: "due" | "deleted" | "told" | "by-hand" | "settled";
  trouble: string | null;
  answeredAt: Date | null;
  settledAt: Date | null;
  settledBy: string | null;
  settledReason: string | null;
}

/** Of these acts of retention, each sink that had received what they erased. */
export function erasuresOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actIds: readonly string[],
): Promise<ErasureAtSink[]> {
  return tx.query<ErasureAtSink>(
    `SELECT e.act_id AS "actId", e.erasure_id AS "erasureId", e.sink_id AS "sinkId", s.name, s.kind,
       cardinality(e.event_ids) AS events, e.state, e.trouble, e.answered_at AS "answeredAt",
       e.settled_at AS "settledAt", e.settled_by_name AS "settledBy", e.settled_reason AS "settledReason"
     FROM sink_erasure e JOIN sink s ON s.tenant_id = e.tenant_id AND s.sink_id = e.sink_id
     WHERE e.tenant_id = $1 AND e.act_id = ANY ($2::uuid[]) ORDER BY s.name, e.erasure_id`,
    [tenant, actIds],
  );
}
