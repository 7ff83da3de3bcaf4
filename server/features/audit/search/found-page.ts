import type { AuditEventSummary } from "../schema.ts";

export interface FoundPage {
  /** The newest first. */
  events: AuditEventSummary[];
  olderCursor: string | null;
  newerCursor: string | null;
  /** Newest events that neither the index nor the search looked at. */
  notYetSearchable: number;
}
