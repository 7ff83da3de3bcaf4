import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow, summaryOf } from "./event-row.ts";
import type { EventTrace } from "./schema.ts";

/** Events of one trace that are listed. */
const MOST = 200;

/**
 * Everything that was recorded under the event's trace, the earliest first: what one request did, and
 * what the worker did for it under the same trace. Undefined when the event is absent or foreign.
 */
export async function eventTrace(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventId: string,
): Promise<EventTrace | undefined> {
  const [event] = await tx.query<{ trace_id: string; causation: string | null }>(
    `SELECT trace_id, envelope::jsonb ->> 'causationid' AS causation
     FROM audit_event WHERE tenant_id = $1 AND event_id = $2`,
    [tenant, eventId],
  );
  if (!event) return undefined;
  const { trace_id: traceId } = event;
  const [keys, causes] = await Promise.all([
    tx.query<{ event_id: string }>(
      `SELECT event_id FROM audit_event WHERE tenant_id = $1 AND trace_id = $2
       ORDER BY recorded_at, event_id LIMIT ${MOST + 1}`,
      [tenant, traceId],
    ),
    event.causation ? eventsById(tx, tenant, [event.causation]) : [],
  ]);
  const listed = keys.slice(0, MOST).map((row) => row.event_id);
  return {
    traceId,
    events: await eventsById(tx, tenant, listed),
    hasMore: keys.length > MOST,
    causedBy: causes[0] ?? null,
  };
}

async function eventsById(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<EventTrace["events"]> {
  const rows = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM audit_event e ${EVENT_JOINS}
     WHERE e.tenant_id = $1 AND e.event_id = ANY ($2::uuid[]) ORDER BY e.recorded_at, e.event_id`,
    [tenant, eventIds],
  );
  return rows.map((row) => summaryOf(tenant, row).summary);
}
