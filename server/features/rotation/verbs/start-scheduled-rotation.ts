import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { currentRules } from "#server/features/secret-policies/index.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { planNext } from "../plan-next.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { approvalRequirement, askForApproval } from "../rotation-approval.ts";
import { type BindingRow, lockBinding } from "../rotation-rows.ts";
import { OpenedRotation, StartScheduledInput } from "../schema.ts";
import { windowNow } from "../window-now.ts";
import { openRotation } from "../writes/open-rotation.ts";

/**
 * Starts the rotation of a binding whose time has come; null when it hasn't, or another worker was
 * first. When its change window has closed meanwhile it is put off to the next.
 */
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
    const [due] = await tx.query<{ is_due: boolean; last_rotated_at: Date | null }>(
      `SELECT (state = 'active' AND next_rotation_at <= clock_timestamp())
         OR (state = 'failed' AND retry_at <= clock_timestamp()) AS is_due, last_rotated_at
       FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, input.bindingId],
    );
    if (!due?.is_due) return unchanged({ opened: null });
    if (!(await windowNow(tx, tenant, binding.environment)).isOpen) {
      return putOff(context, binding, due.last_rotated_at);
    }
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

/** A retry waits for the window like any other scheduled start. */
async function putOff(
  { tx, tenant }: VerbContext<unknown>,
  binding: BindingRow,
  rotatedAt: Date | null,
) {
  const { binding_id: bindingId, environment } = binding;
  const rule = (await currentRules(tx)).of(binding.class);
  const next = await planNext(tx, tenant, { bindingId, environment, rule, rotatedAt });
  // A rule that rotates by hand since: nothing is due any more.
  const at = next?.at ?? null;
  await tx.query(
    `UPDATE secret_binding SET updated_at = clock_timestamp(),
       next_rotation_at = CASE WHEN state = 'active' THEN $3 ELSE next_rotation_at END,
       retry_at = CASE WHEN state = 'failed' THEN $3 ELSE retry_at END
     WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, bindingId, at],
  );
  return audited(
    { opened: null },
    {
      type: "runtime.secrets.rotation-put-off",
      subject: `secret-binding/${bindingId}`,
      payload: {
        credential: binding.name,
        until: at?.toISOString() ?? null,
        missesLimit: next?.missesLimit ?? false,
      },
    },
  );
}
