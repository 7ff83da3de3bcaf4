import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AuditEventSummary } from "../schema.ts";
import type { SearchInput } from "./schema.ts";

/** Where a page begins: beside a leaf, or beside an event that has none yet. */
export type Place = { kind: "leaf"; leaf: number } | { kind: "event"; eventId: string };

/**
 * The place of a cursor, or of a time. An event that got its leaf since the cursor was given is found by it:
 * what follows it may be indexed by now, and stands nowhere else. A place that the cursor says itself is there at once.
 */
export function placeOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cursor, at }: Pick<SearchInput, "cursor" | "at">,
): Place | null | Promise<Place | null> {
  if (at) return placeAt(tx, tenant, at);
  if (!cursor) return null;
  const [kind, value = ""] = cursor.split(":");
  return kind === "leaf" ? { kind: "leaf", leaf: Number(value) } : placeOfEvent(tx, tenant, value);
}

async function placeOfEvent(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventId: string,
): Promise<Place> {
  const [row] = await tx.prepared<{ leaf_index: string }>(
    "SELECT leaf_index FROM audit_leaf WHERE tenant_id = $1 AND event_id = $2",
    [tenant, eventId],
  );
  return row ? { kind: "leaf", leaf: Number(row.leaf_index) } : { kind: "event", eventId };
}

/** Just newer than the newest event at or before a time, so that this one begins the page. */
async function placeAt(tx: TenantTx, tenant: AuthorizedTenantId, at: Date): Promise<Place> {
  const [row] = await tx.prepared<{ leaf_index: string | null }>(
    `SELECT l.leaf_index FROM (
       SELECT event_id FROM audit_event WHERE tenant_id = $1 AND recorded_at <= $2
       ORDER BY recorded_at DESC, event_id DESC LIMIT 1) e
     LEFT JOIN audit_leaf l ON l.tenant_id = $1 AND l.event_id = e.event_id`,
    [tenant, at],
  );
  if (!row) return { kind: "leaf", leaf: 0 };
  if (row.leaf_index === null)
    return { kind: "event", eventId: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
  return { kind: "leaf", leaf: Number(row.leaf_index) + 1 };
}

export function cursorOf(event: AuditEventSummary | undefined): string | null {
  if (!event) return null;
  return event.leafIndex === null ? `event:${event.eventId}` : `leaf:${event.leafIndex}`;
}

export function formatPlace(place: Place): string {
  return place.kind === "leaf" ? `leaf:${place.leaf}` : `event:${place.eventId}`;
}
