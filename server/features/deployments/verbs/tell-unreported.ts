import "server-only";
import { uuidv7 } from "uuidv7";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { DeploymentId, UnreportedOutcome } from "../schema.ts";
import { writeHistory } from "../writes/take-step.ts";

/**
 * Tells people, once, that a pipeline has claimed a deployment and has not said in time how it went:
 * nobody knows what runs there. The claim stays: the pipeline may still report, and nobody else may.
 */
export const tellUnreported = verb({
  name: "deployments.tellUnreported",
  scope: "runtime.deployments.tend",
  input: DeploymentId,
  output: UnreportedOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const isDue = row.report_due_at !== null && row.report_due_at <= row.now;
    if (row.state !== "executing" || !isDue || row.overdue_told_at) {
      return unchanged({ isTold: false });
    }
    await tx.query(
      "UPDATE deployment_request SET overdue_told_at = clock_timestamp() WHERE tenant_id = $1 AND deployment_id = $2",
      [tenant, row.deployment_id],
    );
    const eventId = uuidv7();
    await writeHistory(context, row, { act: "unreported", before: row.state, note: "", eventId });
    const { events } = await runVouched(raiseAlert, context, {
      kind: "deployment-unreported",
      severity: "critical",
      subjectRef: `deployment/${row.deployment_id}`,
      detail: `${row.service} to ${row.environment}: a pipeline claimed it and has not said how it went.`,
    });
    const event = deploymentEvent(row, "unreported", eventId, {
      revision: row.revision,
      claimedAt: row.claimed_at?.toISOString() ?? null,
      reportDueAt: row.report_due_at?.toISOString() ?? null,
    });
    return audited({ isTold: true }, event, ...events);
  },
});
