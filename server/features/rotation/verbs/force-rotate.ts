import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { placeOfBinding } from "../place-of-act.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { ForceRotateInput, OpenedRotation } from "../schema.ts";
import { forceOne } from "../writes/force-one.ts";

/** Starts a rotation now, ahead of its schedule; where the rule wants it, an approval is asked for first. */
export const forceRotate = verb({
  name: "rotation.forceRotate",
  scope: "runtime.secrets.rotate",
  policy: "RotateSecret",
  facts: rotateFacts("forced"),
  input: ForceRotateInput,
  output: OpenedRotation,
  environment: ({ tx, tenant, input }) => placeOfBinding(tx, tenant, input.bindingId),
  async run(context) {
    const { opened, events } = await forceOne(context, context.input);
    return audited(opened, ...events);
  },
});
