import "server-only";
import {
  auditStoredLog,
  isProgressOf,
  type LogAuditOptions,
  logKeys,
  logOrigin,
} from "#server/features/audit/index.ts";
import { recordLogAudit } from "#server/features/compliance/index.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { readWitnesses } from "../jobs/witnesses.ts";
import { LogAuditProgress } from "./log-audit-progress.ts";

export interface AuditKeeping {
  /** Where progress is kept, outside of the database. */
  folder: string;
  /** Ends the audit after its part. */
  signal?: AbortSignal | undefined;
}

const MOST_FAULTS = 20;
const MOST_LETTERS = 1_000;
const SCOPES = ["runtime.compliance.observe"] as const;

/**
 * Holds every row of a tenant's log against the head that the last audit kept (the newest, the first
 * time) and the log's keys, of which the first is outside of the database. What was found stays, and so does the head
 * it was found by, until an audit by that same head finds nothing. Gives how many rows differ.
 *
 * A round that was interrupted goes on from the folder where it kept how far it was; each round that came to its end is
 * followed by one from the beginning. Throws when the signal ends it.
 */
export async function auditLogRows(tenantId: string, keeping?: AuditKeeping): Promise<number> {
  const caller = workerCaller({ tenantId, name: "compliance", scopes: SCOPES });
  const { tenant } = caller;
  const inPart = <Result>(work: (tx: TenantTx) => Promise<Result>) =>
    withTenant(tenant, "worker", work, { snapshot: true });
  const [kept, newest] = await inPart((tx) => keptAndNewest(tx, tenant));
  if (newest === undefined && kept === undefined) return 0;
  // From the first key on, which is outside of the database: a table of keys that was altered throws.
  const key = await inPart((tx) => logKeys(tx, tenant));
  const witnesses = readWitnesses(env().WITNESSES_FILE).map((witness) => witness.key);
  const trust = { origin: logOrigin(tenant), key, witnesses };
  const file = keeping && new LogAuditProgress(keeping.folder, tenant);
  const before = await unfinishedRound(file, trust);
  // Of a round under way its own checkpoint counts: the table's could be changed to end what has found something.
  const note = before?.note ?? kept ?? newest ?? "";
  const begunAt = before ? new Date(before.begunAt) : new Date();
  let head = note;
  const { size, faults } = await auditStoredLog({
    inPart,
    tenant,
    kept: { ...trust, note },
    progress: before?.progress,
    async onPart(progress) {
      head = progress.note;
      if (progress.step === "done") return;
      await file?.keep({ begunAt: begunAt.toISOString(), note, progress });
      keeping?.signal?.throwIfAborted();
    },
  });
  // Before its verdict is told: no progress may speak for two rounds.
  await file?.drop();
  const { faultCount } = await runVerb(recordLogAudit, caller, {
    begunAt,
    logSize: size.toString(),
    note: faults.length > 0 ? note : head,
    faultCount: faults.length,
    faults: faults.slice(0, MOST_FAULTS).map((fault) => fault.slice(0, MOST_LETTERS)),
  });
  return faultCount;
}

/** The round that did not come to its end, if what was kept of it is whole and its head is signed by the log's keys. */
async function unfinishedRound(
  file: LogAuditProgress | undefined,
  trust: Omit<LogAuditOptions["kept"], "note">,
) {
  const before = await file?.read();
  if (!before || isProgressOf(before.progress, { ...trust, note: before.note })) return before;
  file?.tellRefused("the log's keys did not sign its head");
  return undefined;
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
