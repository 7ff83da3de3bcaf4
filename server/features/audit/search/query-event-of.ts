import "server-only";
import { eventActorNames, eventSource } from "#server/engines/query-language/event-source.ts";
import type { QueryEvent } from "#server/engines/query-language/query-event.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type ReadPayload, readPayload } from "../event-payload.ts";
import type { EventRow } from "../event-row.ts";

/** An event as the query language sees it. What is erased or can't be read has no payload to find. */
export function queryEventOf(
  tenant: AuthorizedTenantId,
  row: EventRow,
  read: ReadPayload = readPayload(tenant, row.event_id, row, row.commitment),
): QueryEvent {
  return {
    eventId: row.event_id,
    type: row.type,
    subject: row.subject,
    outcome: row.outcome,
    actorKind: row.actor_kind,
    actorRef: row.actor_ref,
    actorNames: eventActorNames(read.payload),
    traceId: row.trace_id,
    source: eventSource(row.type, row.actor_kind),
    recordedAt: row.recorded_at,
    leafIndex: row.leaf_index === null ? null : BigInt(row.leaf_index),
    payload: read.payload,
  };
}
