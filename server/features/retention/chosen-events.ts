import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { HoldableEvent } from "./holds.ts";
import { type ErasureSelection, MOST_ERASED } from "./schema.ts";

export interface ChosenEvent extends HoldableEvent {
  event_id: string;
}

/**
 * The events of a selection whose payload is still there. Those of retention itself are never among them: what was
 * destroyed stays on record. Throws `not_found` for an event that is absent or foreign, `invalid` for too many.
 */
export async function chosenEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { eventIds, subject, actorRef, from, until }: ErasureSelection,
): Promise<ChosenEvent[]> {
  if (eventIds.length > 0) {
    const [known] = await tx.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM audit_event WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[])",
      [tenant, eventIds],
    );
    if (known?.count !== new Set(eventIds).size) throw notFound("audit event");
  }
  const rows = await tx.query<ChosenEvent & Record<string, unknown>>(
    `SELECT e.event_id, e.type, e.subject, e.actor_ref, e.recorded_at FROM audit_event e
     JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = e.event_id
     WHERE e.tenant_id = $1 AND ($2::uuid[] = '{}' OR e.event_id = ANY ($2::uuid[]))
       AND ($3::text IS NULL OR e.subject = $3) AND ($4::text IS NULL OR e.actor_ref = $4)
       AND ($5::timestamptz IS NULL OR e.recorded_at >= $5) AND ($6::timestamptz IS NULL OR e.recorded_at < $6)
       AND NOT starts_with(e.type, 'runtime.retention.')
     ORDER BY e.event_id LIMIT ${MOST_ERASED + 1}`,
    [tenant, eventIds, subject, actorRef, from, until],
  );
  if (rows.length > MOST_ERASED) {
    throw new AppError("invalid", `selection: has more than ${MOST_ERASED} events`, {
      field: "selection",
      said: { key: "retention.tooManyEvents", args: { most: MOST_ERASED } },
      remedy: "Narrow it by time, and ask for the rest after.",
    });
  }
  return rows;
}
