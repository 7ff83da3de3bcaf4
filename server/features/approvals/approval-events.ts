import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { RequestRow } from "./approval-rows.ts";

type Act =
  | "requested"
  | "revised"
  | "reviewed"
  | "approved"
  | "rejected"
  | "withdrawn"
  | "expired"
  | "executed"
  | "execution-refused";

/** An event about a request; all but the first say that the request caused them. */
export function approvalEvent(
  row: Pick<RequestRow, "request_id" | "request_event_id">,
  act: Act,
  payload: NonNullable<AuditEventDraft["payload"]>,
): AuditEventDraft {
  return {
    type: `runtime.approvals.${act}`,
    subject: `approval-request/${row.request_id}`,
    payload,
    ...(act === "requested"
      ? { eventId: row.request_event_id }
      : { causedBy: row.request_event_id }),
  };
}
