import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
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
 * that no segment of the same state covers. Mostly there is nothing: only keys are asked for first.
 */
export async function searchTail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  { indexedTo, clock, tail = readTailKeys(tx, tenant) }: Tail,
): Promise<UnindexedTail> {
  const { unsealed, sealed } = await tail(indexedTo);
  const order = [...new Set([...unsealed, ...sealed.map((each) => each.eventId)])];
  const rows = await eventsById(tx, tenant, order);
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

async function eventsById(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<Map<string, EventRow>> {
  if (eventIds.length === 0) return new Map();
  const rows = await tx.prepared<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM audit_event e ${EVENT_JOINS}
     WHERE e.tenant_id = $1 AND e.event_id = ANY ($2::uuid[])`,
    [tenant, eventIds],
  );
  return new Map(rows.map((row) => [row.event_id, row]));
}
