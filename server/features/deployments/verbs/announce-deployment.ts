import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { AnnounceOutcome, DeploymentId } from "../schema.ts";

interface Entry {
  entry_no: number;
  act: string;
  state_from: string;
  state_to: string;
  revision: number;
  event_id: string;
}

/**
 * Tells the tenant's webhook subscribers each change of state of a request, once and in order, by
 * signed messages (ADR 0005) that name it; what they may know more of, they ask for.
 */
export const announceDeployment = verb({
  name: "deployments.announce",
  scope: "runtime.deployments.tend",
  input: DeploymentId,
  output: AnnounceOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const entries = await tx.query<Entry>(
      `SELECT entry_no, act, state_from, state_to, revision, event_id FROM deployment_history
       WHERE tenant_id = $1 AND deployment_id = $2 AND entry_no > $3 ORDER BY entry_no`,
      [tenant, row.deployment_id, row.announced_no],
    );
    const events: AuditEventDraft[] = [];
    for (const entry of entries.filter(
      (each) => each.state_from !== each.state_to || each.act === "requested",
    )) {
      const told = await runVouched(raiseAlert, context, {
        kind: `deployment-${entry.act}`,
        severity: entry.state_to === "failed" ? "warning" : "info",
        subjectRef: `deployment/${row.deployment_id}`,
        detail: `${row.service} to ${row.environment}, revision ${entry.revision}: ${entry.state_to.replaceAll("_", " ")}`,
        eventId: entry.event_id,
        isNotice: true,
      });
      events.push(...told.events);
    }
    await tx.query(
      "UPDATE deployment_request SET announced_no = $3 WHERE tenant_id = $1 AND deployment_id = $2",
      [tenant, row.deployment_id, entries.at(-1)?.entry_no ?? row.announced_no],
    );
    const [first, ...more] = events;
    const output = { announced: events.length };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});
