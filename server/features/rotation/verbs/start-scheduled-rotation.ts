import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { approvalRequirement, askForApproval } from "../rotation-approval.ts";
import { lockBinding } from "../rotation-rows.ts";
import { OpenedRotation, StartScheduledInput } from "../schema.ts";
import { openRotation } from "../writes/open-rotation.ts";

/** Starts the rotation of a binding whose time has come; null when it hasn't, or another worker was first. */
export const startScheduledRotation = verb({
  name: "rotation.startScheduled",
  scope: "runtime.rotations.execute",
  policy: "RotateSecret",
  facts: rotateFacts("scheduled"),
  input: StartScheduledInput,
  output: z.object({ opened: OpenedRotation.nullable() }),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    requireWorker(actor);
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    const [due] = await tx.query<{ is_due: boolean }>(
      `SELECT (state = 'active' AND next_rotation_at <= clock_timestamp())
         OR (state = 'failed' AND retry_at <= clock_timestamp()) AS is_due
       FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, input.bindingId],
    );
    if (!due?.is_due) return unchanged({ opened: null });
    const [eventId, rotationId] = [uuidv7(), uuidv7()];
    const requirement = await approvalRequirement(tx, binding);
    const reason = "The credential's rule says that it is due.";
    const asked = requirement
      ? await askForApproval(context, binding, { rotationId, requirement, reason })
      : null;
    const how = { by: actor, trigger: "scheduled", eventId, rotationId } as const;
    const approvalId = asked?.requestId ?? null;
    const opened = await openRotation(tx, tenant, binding, { ...how, approvalId });
    return audited(
      { opened },
      {
        eventId,
        type: "runtime.secrets.rotation-requested",
        subject: `secret-binding/${binding.binding_id}`,
        payload: {
          rotationId: opened.rotationId,
          credential: binding.name,
          trigger: "scheduled",
          dueAt: binding.next_rotation_at?.toISOString() ?? null,
          approvalId,
        },
      },
      ...(asked?.events ?? []),
    );
  },
});
