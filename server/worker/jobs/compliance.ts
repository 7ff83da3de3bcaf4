import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { lookAtCompliance } from "#server/features/compliance/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type AuditKeeping, auditLogRows } from "../compliance/audit-log-rows.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 200;
const AUDITS_AT_ONCE = 4;
const SCOPES = ["runtime.compliance.observe", "runtime.alerts.raise"] as const;
/** Checks whose failing says that nothing else may be believed, or that a wall is open. */
const CRITICAL = new Set([
  "log-intact",
  "log-witnessed",
  "row-security-forced",
  "isolation-verified",
]);

export interface ComplianceTimes {
  /** Until the clock brings a tenant's next look. */
  everySeconds: number;
  /** Until a log that grew may bring it. */
  leastSeconds: number;
}

/** Judges the checks of each tenant whose turn it is; one that fails now and did not before is alerted. */
export function lookAtDueCompliance({
  everySeconds,
  leastSeconds,
}: ComplianceTimes): Promise<number> {
  return eachDue("app.due_compliance_looks($1, $2)", [leastSeconds, BATCH], ({ tenant_id }) =>
    lookAtTenantCompliance(tenant_id, everySeconds),
  );
}

/** One tenant's look. Gives nothing: what it showed is in its rows. */
export async function lookAtTenantCompliance(
  tenantId: string,
  everySeconds: number,
): Promise<void> {
  const caller = workerCaller({ tenantId, name: "compliance", scopes: SCOPES });
  const { flips } = await runVerb(lookAtCompliance, caller, { nextInSeconds: everySeconds });
  for (const { checkId, before, state, reason, eventId } of flips) {
    // What a tenant begins with is on the page; what it loses somebody has to hear of.
    if (state !== "failing" || before === null) continue;
    await runVerb(raiseAlert, caller, {
      kind: "compliance-failing",
      severity: CRITICAL.has(checkId) ? "critical" : "warning",
      subjectRef: `compliance-check/${checkId}`,
      detail: `${checkId}: ${reason}`,
      eventId,
    });
  }
}

/**
 * Audits the rows of logs that were not for so long. One that can't be audited (rows that can't be read)
 * is not tried again before its time: its check turns unknown. One that the worker's stop ended goes on
 * from its progress when a worker is there again.
 */
export function auditDueLogs(
  everySeconds: number,
  failed: Map<string, number>,
  keeping: AuditKeeping,
): Promise<number> {
  return eachDue("app.due_log_audits($1, $2)", [everySeconds, AUDITS_AT_ONCE], async (due) => {
    const notBefore = failed.get(due.tenant_id) ?? 0;
    if (Date.now() < notBefore || keeping.signal?.aborted) return;
    failed.set(due.tenant_id, Date.now() + everySeconds * 1_000);
    try {
      await auditLogRows(due.tenant_id, keeping);
    } catch (error) {
      // Ended by the worker's stop, between two parts: nothing failed.
      if (error !== keeping.signal?.reason) throw error;
    }
    failed.delete(due.tenant_id);
  });
}
