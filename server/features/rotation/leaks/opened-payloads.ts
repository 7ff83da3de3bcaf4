import "server-only";
import { openPayload } from "#server/platform/audit/payload-cipher.ts";
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
  const rows = await tx.query<{ event_id: string; key_id: string; ciphertext: Buffer }>(
    `SELECT event_id, key_id, ciphertext FROM audit_payload
     WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[])`,
    [tenant, eventIds],
  );
  return new Map(
    rows.flatMap((row) => {
      const payload = opened(tenant, row);
      return payload ? [[row.event_id, payload] as const] : [];
    }),
  );
}

function opened(
  tenant: AuthorizedTenantId,
  row: { event_id: string; key_id: string; ciphertext: Buffer },
): Payload | null {
  try {
    const sealed = { keyId: row.key_id, ciphertext: row.ciphertext };
    return openPayload(tenant, row.event_id, sealed) as Payload;
  } catch {
    return null;
  }
}
