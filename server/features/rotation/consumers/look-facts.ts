import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { LookFacts } from "./schema.ts";

/** What a worker needs to look at the consumers of a rotation; null when it isn't there. */
export async function lookFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<LookFacts | null> {
  const rows = tx.query<Record<string, unknown>>(
    `SELECT r.rotation_id AS "rotationId", b.binding_id AS "bindingId", b.store, b.path, b.rotator,
       r.old_handle AS "oldHandle", (${PROMOTED_AT}) AS "promotedAt", r.finished_at IS NOT NULL AS "isOver",
       EXISTS (SELECT FROM secret_consumer c WHERE c.tenant_id = b.tenant_id
         AND c.binding_id = b.binding_id AND c.gone_at IS NULL) AS "hasConsumers"
     FROM rotation r JOIN secret_binding b ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
     WHERE r.tenant_id = $1 AND r.rotation_id = $2`,
    [tenant, rotationId],
  );
  const refreshed = tx.query<{ name: string; at: Date }>(
    `SELECT c.namespace || '/' || replace(c.name, 'ExternalSecret/', '') AS name, min(o.seen_at) AS at
     FROM consumer_observation o
     JOIN secret_consumer c ON c.tenant_id = o.tenant_id AND c.consumer_id = o.consumer_id
     WHERE o.tenant_id = $1 AND o.rotation_id = $2 AND o.state = 'moved' AND c.kind = 'external-secret'
       AND o.seen_at IS NOT NULL
     GROUP BY 1`,
    [tenant, rotationId],
  );
  const [[row], refreshedSince] = await Promise.all([rows, refreshed]);
  return row ? LookFacts.parse({ ...row, refreshedSince }) : null;
}

/** When rotation `r` gave consumers the new value. */
export const PROMOTED_AT = `SELECT min(s.at) FROM rotation_step s
  WHERE s.tenant_id = r.tenant_id AND s.rotation_id = r.rotation_id AND s.state_to = 'promoted'`;
