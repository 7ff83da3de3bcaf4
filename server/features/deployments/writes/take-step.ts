import "server-only";
import { uuidv7 } from "uuidv7";
import { type DeploymentStep, stateAfter } from "#server/engines/deployments/state-machine.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import { type DeploymentAct, deploymentEvent } from "../deployment-events.ts";
import type { DeploymentRow } from "../deployment-rows.ts";

interface Step {
  step: DeploymentStep;
  act: DeploymentAct;
  note?: string;
  payload?: NonNullable<AuditEventDraft["payload"]>;
}

/**
 * Takes a step of the state machine on a locked request and writes its history: for verbs only.
 * Gives the event that the verb must hand on. Throws `conflict` where the machine has no such step.
 */
export async function takeStep(
  context: Pick<VerbContext<unknown>, "tx" | "tenant" | "actor">,
  row: DeploymentRow,
  { step, act, note = "", payload = {} }: Step,
): Promise<AuditEventDraft> {
  const before = row.state;
  const after = stateAfter(before, step);
  if (after === null) {
    throw new AppError("conflict", `This request is ${before.replaceAll("_", " ")} already.`, {
      remedy: "Reload to see how it ended.",
      said: { key: `already.${before}` },
    });
  }
  const { tx, tenant } = context;
  const eventId = uuidv7();
  await tx.query(
    `UPDATE deployment_request SET state = $3, finished_at = CASE WHEN $4 THEN clock_timestamp() END
     WHERE tenant_id = $1 AND deployment_id = $2`,
    [tenant, row.deployment_id, after, ENDS.has(after)],
  );
  row.state = after;
  await writeHistory(context, row, { act, before, note, eventId });
  return deploymentEvent(row, act, eventId, { revision: row.revision, state: after, ...payload });
}

const ENDS: ReadonlySet<string> = new Set([
  "succeeded",
  "failed",
  "rolled_back",
  "rejected",
  "expired",
  "withdrawn",
  "superseded",
]);

/** One more entry of a request's history, which nobody can take back. */
export async function writeHistory(
  { tx, tenant, actor }: Pick<VerbContext<unknown>, "tx" | "tenant" | "actor">,
  row: DeploymentRow,
  entry: { act: DeploymentAct; before: string; note: string; eventId: string },
): Promise<void> {
  row.history_no += 1;
  await tx.query(
    "UPDATE deployment_request SET history_no = $3 WHERE tenant_id = $1 AND deployment_id = $2",
    [tenant, row.deployment_id, row.history_no],
  );
  await tx.query(
    `INSERT INTO deployment_history (tenant_id, deployment_id, entry_no, act, state_from, state_to, revision,
       actor_kind, actor_name, note, event_id, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp())`,
    [
      tenant,
      row.deployment_id,
      row.history_no,
      entry.act,
      entry.before,
      row.state,
      row.revision,
      actor.kind,
      displayNameOf(actor),
      entry.note,
      entry.eventId,
    ],
  );
}
