import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { LogAuditRecorded, RecordLogAuditInput } from "../schema.ts";

/**
 * Records what an audit of the log's rows found: how many differ from what was signed, and the first of
 * them. The head that they were held against is what the next audit begins with.
 */
export const recordLogAudit = verb({
  name: "compliance.recordLogAudit",
  scope: "runtime.compliance.observe",
  input: RecordLogAuditInput,
  output: LogAuditRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const { begunAt, logSize, note, faultCount, faults } = input;
    const eventId = uuidv7();
    await tx.query(
      `INSERT INTO compliance_log_audit (tenant_id, begun_at, audited_at, log_size, note, fault_count, faults, event_id)
       VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7)
       ON CONFLICT (tenant_id) DO UPDATE SET begun_at = excluded.begun_at, audited_at = excluded.audited_at,
         log_size = excluded.log_size, note = excluded.note, fault_count = excluded.fault_count,
         faults = excluded.faults, event_id = excluded.event_id`,
      [tenant, begunAt, logSize, note, faultCount, faults, eventId],
    );
    return audited(
      { faultCount },
      {
        eventId,
        type: "runtime.compliance.log-audited",
        subject: "audit-log/rows",
        ...(faultCount > 0 ? { outcome: "failed" as const } : {}),
        payload: { logSize, faultCount, faults },
      },
    );
  },
});
