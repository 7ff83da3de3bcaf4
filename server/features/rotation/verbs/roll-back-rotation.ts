import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockBinding, lockRotation, type RotationRow } from "../rotation-rows.ts";
import { RollBackRotationInput, RotationChanged } from "../schema.ts";
import { notTakenBackSaid, whyNotTakenBack } from "../taking-back.ts";

/**
 * Takes a promoted rotation back within its grace: the worker gives consumers the old value again and
 * proves the new one dead (ADR 12). From here on the old value is not revoked any more.
 */
export const rollBackRotation = verb({
  name: "rotation.rollBack",
  scope: "runtime.secrets.rotate",
  input: RollBackRotationInput,
  output: RotationChanged,
  environment: ({ tx, tenant, input }) => placeOfRotation(tx, tenant, input.rotationId),
  async run({ tx, tenant, input }) {
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const { rotation_id: rotationId, state } = rotation;
    assertInGrace(rotation);
    const binding = await lockBinding(tx, tenant, rotation.binding_id);
    if (!binding) throw notFound("secret binding");
    const whyNot = whyNotTakenBack(binding.rotator.kind);
    if (whyNot)
      throw new AppError("conflict", whyNot, {
        said: notTakenBackSaid(binding.rotator.kind),
        field: "rotationId",
      });
    if (rotation.trigger === "leaked") {
      throw new AppError("conflict", "The old value leaked: it must not be used again.", {
        said: { key: "rotation.oldLeaked" },
        field: "rotationId",
        remedy: "Rotate the credential again if its new value is no good.",
      });
    }
    if (rotation.rollback_requested_at) return unchanged({ rotationId, state });
    await tx.query(
      `UPDATE rotation SET rollback_requested_at = clock_timestamp(), due_at = clock_timestamp(),
         paused_at = NULL, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId],
    );
    return audited(
      { rotationId, state },
      {
        type: "runtime.secrets.rotation-rollback-requested",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, state, reason: input.reason },
      },
    );
  },
});

function assertInGrace({ state, finished_at: finishedAt }: RotationRow): void {
  if (state === "grace") return;
  throw new AppError(
    "conflict",
    finishedAt
      ? "This rotation is over."
      : `Only while old and new value both work can a rotation be taken back; it is ${state.replaceAll("_", " ")}.`,
    {
      said: { key: finishedAt ? "rotation.over" : "rotation.onlyInGrace" },
      field: "rotationId",
      remedy:
        state === "promoted"
          ? "Try again in a moment: its grace is about to begin."
          : "Cancel it before promotion; after the grace, rotate again.",
    },
  );
}
