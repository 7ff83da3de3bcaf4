import "server-only";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { logVerifierKey, verifyStoredLog } from "#server/features/audit/index.ts";
import { recordLogAudit } from "#server/features/compliance/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";

const MOST_FAULTS = 20;
const MOST_LETTERS = 1_000;
const SCOPES = ["runtime.compliance.observe"] as const;

/**
 * Holds every row of a tenant's log against the head that the last audit kept (the newest, the first
 * time) and the log's key, which is outside of the database. What was found stays, and so does the head
 * it was found by, until an audit by that same head finds nothing. Gives how many rows differ.
 */
export async function auditLogRows(tenantId: string): Promise<number> {
  const caller = workerCaller({ tenantId, name: "compliance", scopes: SCOPES });
  const { tenant } = caller;
  const key = parseVerifierKey(logVerifierKey(tenant));
  const begunAt = new Date();
  const audited = await withTenant(
    tenant,
    "worker",
    async (tx) => {
      const [kept] = await tx.query<{ note: string }>(
        "SELECT note FROM compliance_log_audit WHERE tenant_id = $1",
        [tenant],
      );
      const [newest] = await tx.query<{ note: string }>(
        "SELECT note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1",
        [tenant],
      );
      const note = kept?.note ?? newest?.note;
      if (!note) return undefined;
      const { size, faults } = await verifyStoredLog(tx, tenant, { note, key });
      return { size, faults, note: faults.length > 0 ? note : (newest?.note ?? note) };
    },
    { snapshot: true },
  );
  if (!audited) return 0;
  const { faultCount } = await runVerb(recordLogAudit, caller, {
    begunAt,
    logSize: audited.size.toString(),
    note: audited.note,
    faultCount: audited.faults.length,
    faults: audited.faults.slice(0, MOST_FAULTS).map((fault) => fault.slice(0, MOST_LETTERS)),
  });
  return faultCount;
}
