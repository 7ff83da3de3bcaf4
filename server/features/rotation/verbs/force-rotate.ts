import "server-only";
import { uuidv7 } from "uuidv7";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { lockBinding } from "../rotation-rows.ts";
import { ForceRotateInput, OpenedRotation } from "../schema.ts";
import { openRotation } from "../writes/open-rotation.ts";

/** Starts a rotation now, ahead of its schedule. */
export const forceRotate = verb({
  name: "rotation.forceRotate",
  scope: "runtime.secrets.rotate",
  policy: "RotateSecret",
  facts: rotateFacts("forced"),
  input: ForceRotateInput,
  output: OpenedRotation,
  async run({ tx, tenant, actor, input }) {
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    const eventId = uuidv7();
    const how = { by: actor, trigger: "forced", eventId } as const;
    const opened = await openRotation(tx, tenant, binding, how);
    return audited(opened, {
      eventId,
      type: "runtime.secrets.rotation-requested",
      subject: `secret-binding/${binding.binding_id}`,
      payload: {
        rotationId: opened.rotationId,
        credential: binding.name,
        trigger: "forced",
        reason: input.reason,
      },
    });
  },
});
