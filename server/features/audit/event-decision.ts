import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AuditEventDetail } from "./schema.ts";

/** A decision is recorded in the transaction of its event, or right beside it. */
const APART = "interval '1 minute'";

/** The policy decision that the event's payload names by its digest; null when it names none. */
export async function eventDecision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  payload: JsonValue,
  recordedAt: Date,
): Promise<AuditEventDetail["decision"]> {
  const digest = digestIn(payload);
  if (!digest) return null;
  const [row] = await tx.query<{
    decision_id: string;
    action: string;
    outcome: "allow" | "deny";
    engine: string;
    reasons: string[];
    errors: string[];
    decided_at: Date;
  }>(
    `SELECT decision_id, action, outcome, engine, reasons, errors, decided_at FROM policy_decision
     WHERE tenant_id = $1 AND decided_at BETWEEN $2::timestamptz - ${APART} AND $2::timestamptz + ${APART}
       AND digest = decode($3, 'hex') ORDER BY decided_at DESC LIMIT 1`,
    [tenant, recordedAt, digest],
  );
  if (!row) return null;
  return {
    decisionId: row.decision_id,
    action: row.action,
    outcome: row.outcome,
    engine: row.engine,
    reasons: [...row.reasons, ...row.errors],
    decidedAt: row.decided_at,
  };
}

/** `policyDecision` beside what was done, `decision` where it was denied. */
function digestIn(payload: JsonValue): string | undefined {
  if (payload === null || typeof payload !== "object" || Array.isArray(payload)) return undefined;
  const { policyDecision, decision } = payload as Record<string, JsonValue>;
  return [policyDecision, decision].find(
    (each): each is string => typeof each === "string" && /^[0-9a-f]{64}$/.test(each),
  );
}
