import "server-only";
import { closeApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import { type DeploymentRow, lockDeployment } from "../deployment-rows.ts";
import { takeStep } from "./take-step.ts";

/** Ends the older requests for the same service that still wait: for verbs only. */
export async function supersedeWaiting(
  context: VerbContext<unknown>,
  newer: DeploymentRow,
): Promise<{ deploymentId: string; events: AuditEventDraft[] }[]> {
  const { tx, tenant } = context;
  const older = await tx.query<{ deployment_id: string }>(
    `SELECT deployment_id FROM deployment_request
     WHERE tenant_id = $1 AND environment = $2 AND service = $3 AND deployment_id <> $4
       AND state IN ('requested', 'checking', 'awaiting_approval', 'approved') AND expires_at > clock_timestamp()
     ORDER BY deployment_id FOR UPDATE`,
    [tenant, newer.environment, newer.service, newer.deployment_id],
  );
  const ended = [];
  for (const { deployment_id: deploymentId } of older) {
    const row = await lockDeployment(tx, tenant, deploymentId);
    const note = `deployment/${newer.deployment_id}`;
    const event = await takeStep(context, row, {
      step: "supersede",
      act: "superseded",
      note,
      payload: { supersededBy: newer.deployment_id },
    });
    await tx.query(
      "UPDATE deployment_request SET superseded_by = $3 WHERE tenant_id = $1 AND deployment_id = $2",
      [tenant, deploymentId, newer.deployment_id],
    );
    const { events } = await runVouched(closeApproval, context, {
      requestId: row.approval_id,
      reason: `A newer request took its place: ${note}`,
    });
    ended.push({ deploymentId, events: [event, ...events] });
  }
  return ended;
}
