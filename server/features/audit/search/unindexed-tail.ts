import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { readPayload } from "../event-payload.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow, summaryOf } from "../event-row.ts";
import type { AuditEventSummary } from "../schema.ts";
import { queryEventOf } from "./query-event-of.ts";

/** Newest events that the index does not cover yet and that a search looks at one by one. */
export const MAX_TAIL = 2_000;

export interface UnindexedTail {
  /** Those that fit, the newest first: unsealed ones, then sealed ones by their falling leaf. */
  readonly events: readonly AuditEventSummary[];
  /** Events that are neither indexed nor looked at, because there are too many. */
  readonly leftOut: number;
}

const INDEXED_TO = "coalesce((SELECT indexed_to FROM audit_index_head WHERE tenant_id = $1), 0)";

/** Searches what was recorded since the index was last brought up to date. */
export async function searchTail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
): Promise<UnindexedTail> {
  const [sealed, unsealed] = await Promise.all([
    tx.prepared<EventRow>(
      `SELECT ${EVENT_COLUMNS}
     FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index >= ${INDEXED_TO} ORDER BY l.leaf_index DESC LIMIT $2`,
      [tenant, MAX_TAIL],
    ),
    tx.prepared<EventRow>(
      `SELECT ${EVENT_COLUMNS}
     FROM (SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id DESC LIMIT $2) w
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = w.event_id ${EVENT_JOINS}
     ORDER BY e.event_id DESC`,
      [tenant, MAX_TAIL],
    ),
  ]);
  const events = [...unsealed, ...sealed].flatMap((row) => {
    const read = readPayload(tenant, row.event_id, row, row.commitment);
    return evaluateQuery(condition, queryEventOf(tenant, row, read))
      ? [summaryOf(tenant, row).summary]
      : [];
  });
  const leftOut = sealed.length < MAX_TAIL ? 0 : (await unindexed(tx, tenant)) - sealed.length;
  return { events, leftOut };
}

async function unindexed(tx: TenantTx, tenant: AuthorizedTenantId): Promise<number> {
  const [row] = await tx.prepared<{ leaves: string }>(
    `SELECT max(leaf_index) + 1 - ${INDEXED_TO} AS leaves FROM audit_leaf WHERE tenant_id = $1`,
    [tenant],
  );
  return Number(row?.leaves ?? 0);
}
