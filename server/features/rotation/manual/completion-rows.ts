import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RequestedBy } from "../schema.ts";
import type { COMPLETION_STATES, Evidence } from "./schema.ts";

export interface CompletionRow {
  [column: string]: unknown;
  completion_id: string;
  binding_id: string;
  state: (typeof COMPLETION_STATES)[number];
  performed_at: Date;
  completed_by: RequestedBy;
  completed_at: Date;
  evidence: Evidence;
  confirmers: string[];
  settled_by: RequestedBy | null;
  settled_at: Date | null;
  settle_note: string | null;
  was_due_at: Date | null;
  event_id: string;
}

/** The completion, locked for the rest of the transaction; undefined when it isn't this tenant's. */
export async function lockCompletion(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  completionId: string,
): Promise<CompletionRow | undefined> {
  const [row] = await tx.query<CompletionRow>(
    "SELECT * FROM manual_completion WHERE tenant_id = $1 AND completion_id = $2 FOR UPDATE",
    [tenant, completionId],
  );
  return row;
}

/** What was said to be done about a credential, newest first. */
export function completionsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<CompletionRow[]> {
  return tx.query<CompletionRow>(
    `SELECT * FROM manual_completion WHERE tenant_id = $1 AND binding_id = $2
     ORDER BY completed_at DESC, completion_id DESC LIMIT 50`,
    [tenant, bindingId],
  );
}
