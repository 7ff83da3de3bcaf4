import "server-only";
import type { Listed } from "#server/engines/search-index/search-segment.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { SearchStopped } from "./search-clock.ts";

/** Rows that one condition may have to look at by itself. */
const MAX_LOOKED_AT = 50_000;

/** The leaves that a condition means which the index alone can't answer. */
export async function leavesOfListed(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  asked: Listed,
  candidates: readonly number[],
): Promise<Set<number>> {
  if (asked.kind === "event") {
    const rows = await tx.prepared<{ leaf_index: string }>(
      "SELECT leaf_index FROM audit_leaf WHERE tenant_id = $1 AND event_id = $2",
      [tenant, asked.eventId],
    );
    return new Set(rows.map((row) => Number(row.leaf_index)));
  }
  if (candidates.length > MAX_LOOKED_AT) {
    throw new SearchStopped("too_broad", {
      prefix: asked.prefix,
      max: MAX_LOOKED_AT.toLocaleString("en"),
    });
  }
  const rows = await tx.prepared<{ leaf_index: string; subject: string }>(
    `SELECT l.leaf_index, e.subject FROM audit_leaf l
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index = ANY ($2::bigint[])`,
    [tenant, candidates],
  );
  const fitting = rows.filter((row) => row.subject.startsWith(asked.prefix));
  return new Set(fitting.map((row) => Number(row.leaf_index)));
}
