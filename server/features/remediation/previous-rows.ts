import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { openPayload, sealPayload } from "#server/platform/audit/payload-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Keeps the fields to go back to, encrypted and bound to the remediation: before the act (law 2). */
export async function keepPrevious(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
  previous: JsonValue,
): Promise<void> {
  const { keyId, ciphertext } = sealPayload(tenant, remediationId, previous);
  await tx.query(
    "UPDATE remediation SET previous_key_id = $3, previous = $4 WHERE tenant_id = $1 AND remediation_id = $2",
    [tenant, remediationId, keyId, ciphertext],
  );
}

/** The fields to go back to; null before the act. */
export async function previousOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  remediationId: string,
): Promise<JsonValue | null> {
  const [row] = await tx.query<{ key_id: string | null; previous: Buffer | null }>(
    `SELECT previous_key_id AS key_id, previous FROM remediation WHERE tenant_id = $1 AND remediation_id = $2`,
    [tenant, remediationId],
  );
  if (!row?.key_id || !row.previous) return null;
  return openPayload(tenant, remediationId, { keyId: row.key_id, ciphertext: row.previous });
}
