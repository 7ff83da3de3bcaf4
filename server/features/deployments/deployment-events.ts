import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { DeploymentRow } from "./deployment-rows.ts";

export type DeploymentAct =
  | "requested"
  | "revised"
  | "checking"
  | "checked"
  | "reviewed"
  | "approved"
  | "rejected"
  | "withdrawn"
  | "expired"
  | "superseded"
  | "claimed"
  | "claim-refused"
  | "unreported"
  | "succeeded"
  | "failed"
  | "rolled-back"
  | "commented"
  | "attached"
  | "evidence-recorded";

/** An event about a request; all but the first say that the request caused them. */
export function deploymentEvent(
  row: Pick<DeploymentRow, "deployment_id" | "request_event_id">,
  act: DeploymentAct,
  eventId: string,
  payload: NonNullable<AuditEventDraft["payload"]>,
): AuditEventDraft {
  return {
    eventId,
    type: `runtime.deployments.${act}`,
    subject: `deployment/${row.deployment_id}`,
    payload,
    ...(act === "requested" ? {} : { causedBy: row.request_event_id }),
    ...(act === "failed" || act === "rolled-back" ? { outcome: "failed" as const } : {}),
    ...(act === "claim-refused" ? { outcome: "denied" as const } : {}),
  };
}
