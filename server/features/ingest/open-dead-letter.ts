import "server-only";
import { openPayload } from "#server/platform/audit/payload-cipher.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What is kept of one; null when the tenant's keys are gone. */
export function openDeadLetter(
  tenant: AuthorizedTenantId,
  row: { dead_letter_id: string; key_id: string; ciphertext: Buffer },
): string | null {
  try {
    const opened = openPayload(tenant, row.dead_letter_id, {
      keyId: row.key_id,
      ciphertext: row.ciphertext,
    });
    const { text } = opened as { text?: unknown };
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}
