import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { recordChanges } from "./record-change.ts";
import type { FindingState } from "./schema.ts";

interface About {
  findingId: string;
  note: string;
  byName: string;
  /** Of whoever does something about it, or stopped. */
  eventId: string;
}

/** Somebody does something about a finding that is not resolved. Gives whether it was so. */
export function markRemediating(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  about: About,
): Promise<boolean> {
  return move(tx, tenant, about, { kind: "remediating", from: ["open", "acknowledged"] });
}

/** Nobody does any more, and it is still there: it is what it was before. */
export function releaseFinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  about: About,
): Promise<boolean> {
  return move(tx, tenant, about, { kind: "released", from: ["remediating"] });
}

async function move(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { findingId, note, byName, eventId }: About,
  { kind, from }: { kind: "remediating" | "released"; from: readonly FindingState[] },
): Promise<boolean> {
  const [row] = await tx.query<{ before: FindingState; state: FindingState; severity: string }>(
    `WITH old AS (SELECT finding_id, state FROM drift_finding WHERE tenant_id = $1 AND finding_id = $2 FOR UPDATE)
     UPDATE drift_finding f SET state = CASE WHEN $3 = 'remediating' THEN 'remediating'
         WHEN f.acknowledged_at IS NULL THEN 'open' ELSE 'acknowledged' END
     FROM old WHERE f.tenant_id = $1 AND f.finding_id = old.finding_id AND old.state = ANY ($4::text[])
     RETURNING old.state AS before, f.state, f.severity`,
    [tenant, findingId, kind, from],
  );
  if (!row) return false;
  await recordChanges(tx, tenant, [
    {
      findingId,
      kind,
      before: row.before,
      state: row.state,
      severity: row.severity,
      note,
      byName,
      eventId,
    },
  ]);
  return true;
}
