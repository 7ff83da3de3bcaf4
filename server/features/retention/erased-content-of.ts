import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { contentOf, type ErasedContent } from "#server/engines/erasure/erased-content.ts";
import { openEvent, type StoredEventPayload } from "#server/platform/audit/event-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type ActRow, textsOf } from "./act-rows.ts";

/** What an erasure is about to take, while it can still be read. */
export async function erasedContent(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: ActRow,
): Promise<ErasedContent> {
  const stored = await tx.query<StoredEventPayload & Record<string, unknown>>(
    `SELECT e.event_id, e.envelope, p.key_id, p.salt, p.ciphertext FROM audit_event e
     JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = e.event_id
     WHERE e.tenant_id = $1 AND e.event_id = ANY ($2::uuid[]) ORDER BY e.event_id`,
    [tenant, textsOf(row, "eventIds")],
  );
  const payloads = stored.flatMap((each): JsonValue[] => {
    try {
      return [openEvent(tenant, each).payload];
    } catch {
      // Altered: it goes all the same, but says nothing that could be looked for.
      return [];
    }
  });
  return contentOf(payloads, { ofActor: typeof row.plan.actorRef === "string" });
}
