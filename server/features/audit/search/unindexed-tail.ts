import "server-only";
import { clearPart } from "#server/engines/query-language/clear-part.ts";
import { compileSql, type SqlTarget } from "#server/engines/query-language/compile-sql.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
import { RECEIVED_TYPES } from "#server/engines/query-language/event-source.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { readPayload } from "../event-payload.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow, summaryOf } from "../event-row.ts";
import type { AuditEventSummary } from "../schema.ts";
import { queryEventOf } from "./query-event-of.ts";
import type { SearchClock } from "./search-clock.ts";
import { readTailKeys, type TailReading } from "./tail-keys.ts";

interface Tail {
  indexedTo: number;
  clock: SearchClock;
  /** The keys, when they were asked for already. */
  tail?: TailReading | undefined;
}

export interface UnindexedTail {
  /** Those that fit, the newest first: unsealed ones, then sealed ones by their falling leaf. */
  readonly events: readonly AuditEventSummary[];
  /** Events that are neither indexed nor looked at, because there are too many. */
  readonly leftOut: number;
}

/**
 * Searches what was recorded since the index was last brought up to date; `indexedTo` is the first leaf
 * that no segment of the same state covers. Mostly there is nothing: only keys are asked for first. What its clear
 * columns rule out is not even read; the payload of the others is opened for the rest of the query.
 */
export async function searchTail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  { indexedTo, clock, tail = readTailKeys(tx, tenant) }: Tail,
): Promise<UnindexedTail> {
  const { unsealed, sealed } = await tail(indexedTo);
  const order = [...new Set([...unsealed, ...sealed.map((each) => each.eventId)])];
  const rows = await candidates(tx, tenant, order, condition);
  const events = order.flatMap((eventId) => {
    const row = rows.get(eventId);
    if (!row) return [];
    clock.check();
    const read = readPayload(tenant, row.event_id, row, row.commitment);
    return evaluateQuery(condition, queryEventOf(tenant, row, read))
      ? [summaryOf(tenant, row).summary]
      : [];
  });
  const newest = sealed[0]?.leaf ?? indexedTo - 1;
  return { events, leftOut: newest + 1 - indexedTo - sealed.length };
}

/** Where `clearPart` finds its columns. Those of the payload are asked of nobody here. */
const CLEAR: SqlTarget = {
  columns: {
    eventId: "e.event_id",
    type: "e.type",
    subject: "e.subject",
    outcome: "e.outcome",
    actorKind: "e.actor_kind",
    actorRef: "e.actor_ref",
    traceId: "e.trace_id",
    source: `(CASE WHEN starts_with(e.type, '${RECEIVED_TYPES}') THEN 'received'
      WHEN e.actor_kind = 'worker' THEN 'worker' ELSE 'console' END)`,
    recordedAt: "e.recorded_at",
  },
  leafIndex: "l.leaf_index",
  hasTerm: ({ text }) => {
    throw new Error(`the word ${text} is no clear column`);
  },
};

async function candidates(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
  condition: Condition,
): Promise<Map<string, EventRow>> {
  if (eventIds.length === 0) return new Map();
  const { sql, params } = compileSql(clearPart(condition), CLEAR, 3);
  // Each query has a text of its own: kept as a prepared statement, it would stay with the connection.
  const rows = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM audit_event e ${EVENT_JOINS}
     WHERE e.tenant_id = $1 AND e.event_id = ANY ($2::uuid[]) AND ${sql}`,
    [tenant, eventIds, ...params],
  );
  return new Map(rows.map((row) => [row.event_id, row]));
}
