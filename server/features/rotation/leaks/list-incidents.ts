import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { IncidentInBrief, IncidentPage, ListIncidentsInput } from "./views.ts";

/** The tenant's incidents, newest first. Ids are in the order of time, so a page goes on after one. */
export async function listIncidents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { states, bindingId, cursor, limit }: ListIncidentsInput,
): Promise<z.input<typeof IncidentPage>> {
  const rows = await tx.query<z.input<typeof IncidentInBrief> & Record<string, unknown>>(
    `SELECT i.incident_id AS "incidentId", i.binding_id AS "bindingId", b.name AS credential, b.environment,
       i.state, i.opened_at AS "openedAt", i.contained_at AS "containedAt", i.closed_at AS "closedAt"
     FROM leak_incident i
     JOIN secret_binding b ON b.tenant_id = i.tenant_id AND b.binding_id = i.binding_id
     WHERE i.tenant_id = $1 AND ($2::text[] IS NULL OR i.state = ANY ($2))
       AND ($3::uuid IS NULL OR i.binding_id = $3) AND ($4::uuid IS NULL OR i.incident_id < $4)
     ORDER BY i.incident_id DESC LIMIT $5`,
    [tenant, states?.length ? states : null, bindingId ?? null, cursor ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return {
    asOf: await tx.startedAt(),
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.incidentId ?? null) : null,
  };
}
