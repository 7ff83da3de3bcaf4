import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
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
    actorNames: actorNames(read.payload),
    traceId: row.trace_id,
    source: row.actor_kind === "worker" ? "worker" : "console",
    recordedAt: row.recorded_at,
    leafIndex: row.leaf_index === null ? null : BigInt(row.leaf_index),
    payload: read.payload,
  };
}

/** Display name, subject or component: whatever the payload calls who acted. */
function actorNames(payload: JsonValue): string[] {
  if (payload === null || typeof payload !== "object" || Array.isArray(payload)) return [];
  const { actor } = payload as { actor?: JsonValue };
  if (actor === null || actor === undefined || typeof actor !== "object" || Array.isArray(actor)) {
    return [];
  }
  const { name, subject, component } = actor as Record<string, JsonValue>;
  return [name, subject, component].filter((each): each is string => typeof each === "string");
}
