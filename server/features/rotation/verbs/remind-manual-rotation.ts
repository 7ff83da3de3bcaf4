import "server-only";
import { z } from "zod";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";

/**
 * Tells the people on watch that something has to be done by hand soon, or should have been: each once
 * for each date. Null when it isn't due, or they were told.
 */
export const remindManualRotation = verb({
  name: "rotation.remindManual",
  scope: "runtime.rotations.execute",
  input: z.object({ bindingId: entityId("secret binding") }),
  output: z.object({ reminded: z.enum(["due", "overdue"]).nullable() }),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    requireWorker(actor);
    const [work] = await tx.query<{
      name: string;
      owner: string;
      stage: "due" | "overdue";
      due_at: Date;
    }>(
      `INSERT INTO manual_reminder AS r (tenant_id, binding_id, due_at, stage, reminded_at)
       SELECT tenant_id, binding_id, limit_key,
         CASE WHEN limit_key <= clock_timestamp() THEN 'overdue' ELSE 'due' END, clock_timestamp()
       FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2 AND rotator ->> 'kind' = 'manual'
         AND state <> 'retired' AND soon_key <= clock_timestamp() AND limit_key < 'infinity'
       ON CONFLICT DO NOTHING
       RETURNING r.stage, r.due_at,
         (SELECT b.name FROM secret_binding b WHERE b.tenant_id = $1 AND b.binding_id = $2) AS name,
         (SELECT b.owner FROM secret_binding b WHERE b.tenant_id = $1 AND b.binding_id = $2) AS owner`,
      [tenant, input.bindingId],
    );
    if (!work) return unchanged({ reminded: null });
    const { name, owner, stage, due_at: dueAt } = work;
    const isLate = stage === "overdue";
    const subjectRef = `secret-binding/${input.bindingId}`;
    const day = dueAt.toISOString().slice(0, 10);
    const alert = await runWithin(raiseAlert, context, {
      kind: `manual-rotation-${stage}`,
      severity: isLate ? "critical" : "warning",
      subjectRef,
      detail: isLate
        ? `${name} should have been changed by hand by ${day}; its owner is ${owner}.`
        : `${name} has to be changed by hand by ${day}; its owner is ${owner}.`,
    });
    return audited(
      { reminded: stage },
      {
        type: `runtime.secrets.manual-rotation-${stage}`,
        subject: subjectRef,
        payload: { credential: name, dueAt: dueAt.toISOString() },
      },
      ...alert.events,
    );
  },
});
