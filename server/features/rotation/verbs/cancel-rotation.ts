import "server-only";
import { uuidv7 } from "uuidv7";
import { isBeforePromotion } from "#server/engines/rotation/state-machine.ts";
import { closeApproval } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockRotation, type RotationRow } from "../rotation-rows.ts";
import { CancelRotationInput, RotationChanged } from "../schema.ts";
import { giveUp } from "../writes/give-up.ts";

/**
 * Calls a rotation off before consumers get the new value. What has been done outside is undone by
 * the worker; one that has done nothing yet ends here.
 */
export const cancelRotation = verb({
  name: "rotation.cancel",
  scope: "runtime.secrets.rotate",
  input: CancelRotationInput,
  output: RotationChanged,
  environment: ({ tx, tenant, input }) => placeOfRotation(tx, tenant, input.rotationId),
  async run(context) {
    const { tx, tenant, input } = context;
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const { rotation_id: rotationId, state } = rotation;
    assertCancellable(rotation);
    if (rotation.trigger === "leaked") {
      throw new AppError("conflict", "This rotation answers a leak: it is not called off.", {
        said: { key: "rotation.answersLeak" },
        field: "rotationId",
        remedy: "Pause it if it must wait; the incident stays open until the value is proved dead.",
      });
    }
    if (rotation.cancel_requested_at) return unchanged({ rotationId, state });
    const eventId = uuidv7();
    const isUntouched = !rotation.intent && !rotation.new_handle && !rotation.has_lease;
    if (isUntouched) {
      const why = { errorCode: "cancelled", errorText: "A person cancelled it.", eventId };
      await giveUp(tx, tenant, rotation, why);
    } else {
      await tx.query(
        `UPDATE rotation SET cancel_requested_at = clock_timestamp(), due_at = clock_timestamp(),
           paused_at = NULL, updated_at = clock_timestamp()
         WHERE tenant_id = $1 AND rotation_id = $2`,
        [tenant, rotationId],
      );
    }
    // Nobody is asked any longer to approve what will not be done.
    const requestId = rotation.approved_at ? null : rotation.approval_id;
    const closed = requestId
      ? await runWithin(closeApproval, context, { requestId, reason: input.reason })
      : null;
    return audited(
      { rotationId, state: isUntouched ? ("rolled_back" as const) : state },
      {
        eventId,
        type: "runtime.secrets.rotation-cancelled",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, state, reason: input.reason },
      },
      ...(closed?.events ?? []),
    );
  },
});

function assertCancellable(rotation: RotationRow): void {
  const { state, resume_state: resume, intent } = rotation;
  // An act whose outcome is open may be the promotion itself: the worker finds out first.
  const isPromoting = intent?.step === "promote" && rotation.has_lease;
  const isBefore = isBeforePromotion(state, resume) && !isPromoting;
  if (!rotation.finished_at && isBefore) return;
  throw new AppError(
    "conflict",
    rotation.finished_at
      ? "This rotation is over."
      : "The new value is with the consumers already, or on its way to them.",
    {
      said: { key: rotation.finished_at ? "rotation.over" : "rotation.withConsumers" },
      field: "rotationId",
      remedy: "It goes on to the proof that the old value is dead.",
    },
  );
}
