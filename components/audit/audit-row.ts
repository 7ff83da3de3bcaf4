import type { AuditEventSummary } from "#server/features/audit/schema.ts";

/** One line of the log, as the server lists it. */
export type AuditRow = AuditEventSummary;
