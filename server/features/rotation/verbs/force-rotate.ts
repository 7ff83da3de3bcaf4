import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { approvalRequirement, askForApproval } from "../rotation-approval.ts";
import { lockBinding } from "../rotation-rows.ts";
import { ForceRotateInput, OpenedRotation } from "../schema.ts";
import { windowNow } from "../window-now.ts";
import { openRotation } from "../writes/open-rotation.ts";

/** Starts a rotation now, ahead of its schedule; where the rule wants it, an approval is asked for first. */
export const forceRotate = verb({
  name: "rotation.forceRotate",
  scope: "runtime.secrets.rotate",
  policy: "RotateSecret",
  facts: rotateFacts("forced"),
  input: ForceRotateInput,
  output: OpenedRotation,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    const window = await windowNow(tx, tenant, binding.environment);
    const isOutsideWindow = !window.isOpen;
    if (isOutsideWindow && !input.outsideWindow) {
      throw new AppError("conflict", "outsideWindow: no change window is open now.", {
        field: "outsideWindow",
        remedy: `Say that it is to happen outside the window, and why${
          window.opensAt ? `; the next opens ${window.opensAt.toISOString()}` : ""
        }.`,
      });
    }
    const [eventId, rotationId] = [uuidv7(), uuidv7()];
    const requirement = await approvalRequirement(tx, binding);
    const asked = requirement
      ? await askForApproval(context, binding, { rotationId, requirement, reason: input.reason })
      : null;
    const how = { by: actor, trigger: "forced", eventId, rotationId } as const;
    const approvalId = asked?.requestId ?? null;
    const opened = await openRotation(tx, tenant, binding, {
      ...how,
      approvalId,
      isOutsideWindow,
    });
    return audited(
      opened,
      {
        eventId,
        type: "runtime.secrets.rotation-requested",
        subject: `secret-binding/${binding.binding_id}`,
        payload: {
          rotationId: opened.rotationId,
          credential: binding.name,
          trigger: "forced",
          reason: input.reason,
          isOutsideWindow,
          approvalId,
        },
      },
      ...(asked?.events ?? []),
    );
  },
});
