import "server-only";
import { auditStoredLog, logKeys, logOrigin } from "#server/features/audit/index.ts";
import { recordLogAudit } from "#server/features/compliance/index.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { readWitnesses } from "../jobs/witnesses.ts";

const MOST_FAULTS = 20;
const MOST_LETTERS = 1_000;
const SCOPES = ["runtime.compliance.observe"] as const;

/**
 * Holds every row of a tenant's log against the head that the last audit kept (the newest, the first
 * time) and the log's keys, of which the first is outside of the database. What was found stays, and so does the head
 * it was found by, until an audit by that same head finds nothing. Gives how many rows differ.
 */
export async function auditLogRows(tenantId: string): Promise<number> {
  const caller = workerCaller({ tenantId, name: "compliance", scopes: SCOPES });
  const { tenant } = caller;
  const begunAt = new Date();
  const inPart = <Result>(work: (tx: TenantTx) => Promise<Result>) =>
    withTenant(tenant, "worker", work, { snapshot: true });
  const [kept, newest] = await inPart((tx) => keptAndNewest(tx, tenant));
  const note = kept ?? newest;
  if (note === undefined) return 0;
  // From the first key on, which is outside of the database: a table of keys that was altered throws.
  const key = await inPart((tx) => logKeys(tx, tenant));
  const witnesses = readWitnesses(env().WITNESSES_FILE).map((witness) => witness.key);
  const { size, faults } = await auditStoredLog({
    inPart,
    tenant,
    kept: { note, origin: logOrigin(tenant), key, witnesses },
  });
  const { faultCount } = await runVerb(recordLogAudit, caller, {
    begunAt,
    logSize: size.toString(),
    note: faults.length > 0 ? note : (newest ?? note),
    faultCount: faults.length,
    faults: faults.slice(0, MOST_FAULTS).map((fault) => fault.slice(0, MOST_LETTERS)),
  });
  return faultCount;
}

async function keptAndNewest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<[kept: string | undefined, newest: string | undefined]> {
  const [kept] = await tx.query<{ note: string }>(
    "SELECT note FROM compliance_log_audit WHERE tenant_id = $1",
    [tenant],
  );
  const [newest] = await tx.query<{ note: string }>(
    "SELECT note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1",
    [tenant],
  );
  return [kept?.note, newest?.note];
}
