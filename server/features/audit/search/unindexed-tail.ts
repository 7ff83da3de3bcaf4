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

/** Searches what was recorded since the index was last brought up to date. */
export async function searchTail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { condition, indexedTo }: { condition: Condition; indexedTo: number },
): Promise<UnindexedTail> {
  const sealed = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index >= $2 ORDER BY l.leaf_index DESC LIMIT $3`,
    [tenant, indexedTo, MAX_TAIL],
  );
  const unsealed = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM (SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id DESC LIMIT $2) w
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = w.event_id ${EVENT_JOINS}
     ORDER BY e.event_id DESC`,
    [tenant, MAX_TAIL],
  );
  const events = [...unsealed, ...sealed].flatMap((row) => {
    const read = readPayload(tenant, row.event_id, row, row.commitment);
    return evaluateQuery(condition, queryEventOf(tenant, row, read))
      ? [summaryOf(tenant, row).summary]
      : [];
  });
  const newest = sealed[0] ? Number(sealed[0].leaf_index) + 1 : indexedTo;
  return { events, leftOut: Math.max(0, newest - indexedTo - sealed.length) };
}
