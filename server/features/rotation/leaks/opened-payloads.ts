import "server-only";
import { openEvent, type StoredEventPayload } from "#server/platform/audit/event-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

type Payload = Record<string, unknown>;

/** The payloads of events that can still be read, by event; one that was erased is not among them. */
export async function payloadsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<Map<string, Payload>> {
  if (eventIds.length === 0) return new Map();
  const rows = await tx.query<StoredEventPayload & Record<string, unknown>>(
    `SELECT p.event_id, e.envelope, p.key_id, p.salt, p.ciphertext FROM audit_payload p
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = p.event_id
     WHERE p.tenant_id = $1 AND p.event_id = ANY ($2::uuid[])`,
    [tenant, eventIds],
  );
  return new Map(
    rows.flatMap((row) => {
      const payload = opened(tenant, row);
      return payload ? [[row.event_id, payload] as const] : [];
    }),
  );
}

function opened(tenant: AuthorizedTenantId, row: StoredEventPayload): Payload | null {
  try {
    return openEvent(tenant, row).payload as unknown as Payload;
  } catch {
    return null;
  }
}
