import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { Difference, FindingState } from "./schema.ts";

export interface FindingChange {
  findingId: string;
  kind:
    | "found"
    | "changed"
    | "acknowledged"
    | "suppressed"
    | "unsuppressed"
    | "remediating"
    | "released"
    | "resolved"
    | "reopened";
  before: FindingState | null;
  state: FindingState;
  severity: string;
  differences?: readonly Difference[];
  note?: string;
  byName?: string | null;
  until?: Date | null;
  eventId: string | null;
}

/** Writes into the findings' histories. Ids are made here, in the order given. */
export async function recordChanges(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  changes: readonly FindingChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((each) => ({ changeId: uuidv7(), ...each }));
  await tx.query(
    `INSERT INTO drift_change (tenant_id, change_id, finding_id, kind, state_before, state, severity, differences, note,
       by_name, until, event_id, at)
     SELECT $1, "changeId", "findingId", kind, "before", state, severity, coalesce(differences, '[]'), coalesce(note, ''),
       "byName", until, "eventId", clock_timestamp()
     FROM jsonb_to_recordset($2::jsonb) AS c ("changeId" uuid, "findingId" uuid, kind text, "before" text, state text,
       severity text, differences jsonb, note text, "byName" text, until timestamptz, "eventId" uuid)`,
    [tenant, JSON.stringify(rows)],
  );
}
