import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { payloadsOf } from "../leaks/opened-payloads.ts";

/**
 * What goes on as it was is told again after an hour. A hold may be looked at every two seconds for weeks: once an
 * hour shows that it lasts and that somebody looks, in 24 events a day; every change is told at once, whenever it comes.
 */
const WHILE = "interval '1 hour'";

const LAST = {
  held: `SELECT held_event_id AS event_id FROM rotation_watch
    WHERE tenant_id = $1 AND rotation_id = $2 AND held_told_at > clock_timestamp() - ${WHILE}`,
  look: `SELECT look_event_id AS event_id FROM rotation_watch
    WHERE tenant_id = $1 AND rotation_id = $2 AND look_told_at > clock_timestamp() - ${WHILE}`,
};

/** An event of the log that still stands for what is. */
export interface LastTold {
  eventId: string;
  payload: Readonly<Record<string, unknown>>;
}

/**
 * What the log said within the last hour of the hold of a rotation's revocation, or of a look at its consumers; null
 * when that was nothing, or was erased since.
 */
export async function lastTold(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
  what: keyof typeof LAST,
): Promise<LastTold | null> {
  const [row] = await tx.query<{ event_id: string }>(LAST[what], [tenant, rotationId]);
  if (!row) return null;
  const payload = (await payloadsOf(tx, tenant, [row.event_id])).get(row.event_id);
  return payload ? { eventId: row.event_id, payload } : null;
}
