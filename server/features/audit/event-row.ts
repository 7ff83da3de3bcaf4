import "server-only";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { actorNameIn, type ReadPayload, readPayload, type StoredPayload } from "./event-payload.ts";
import type { AuditEventSummary } from "./schema.ts";

/** An event with its leaf and payload, where it has them. */
export interface EventRow extends StoredPayload {
  event_id: string;
  type: string;
  subject: string;
  outcome: AuditEventSummary["outcome"];
  actor_kind: AuditEventSummary["actorKind"];
  actor_ref: string;
  trace_id: string;
  recorded_at: Date;
  commitment: Buffer;
  leaf_index: string | null;
  recorded_at_micros: string;
  is_witnessed: boolean | null;
}

/** Columns of `EventRow`; the event is `e`, its leaf `l`, its payload `p`. */
export const EVENT_COLUMNS = `
  e.event_id, e.type, e.subject, e.outcome, e.actor_kind, e.actor_ref, e.trace_id, e.recorded_at, e.commitment, e.envelope,
  (extract(epoch FROM e.recorded_at) * 1000000)::bigint AS recorded_at_micros,
  l.leaf_index, l.leaf_index < (SELECT max(c.tree_size) FROM audit_cosignature c WHERE c.tenant_id = $1) AS is_witnessed,
  p.key_id, p.salt, p.ciphertext`;

/** The tenant is in each join as well: every store access names it (law 3). */
export const EVENT_JOINS = `
  LEFT JOIN audit_leaf l ON l.tenant_id = $1 AND l.event_id = e.event_id
  LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = e.event_id`;

export function summaryOf(
  tenant: AuthorizedTenantId,
  row: EventRow,
): { summary: AuditEventSummary; read: ReadPayload } {
  const read = readPayload(tenant, row.event_id, row, row.commitment);
  const summary: AuditEventSummary = {
    eventId: row.event_id,
    type: row.type,
    subject: row.subject,
    outcome: row.outcome,
    actorKind: row.actor_kind,
    actorRef: row.actor_ref,
    actorName: actorNameIn(read.payload),
    traceId: row.trace_id,
    recordedAt: row.recorded_at,
    state: row.leaf_index === null ? "recorded" : row.is_witnessed ? "witnessed" : "sealed",
    leafIndex: row.leaf_index,
  };
  return { summary, read };
}
