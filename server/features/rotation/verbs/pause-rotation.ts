import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockRotation } from "../rotation-rows.ts";
import { PauseRotationInput, RotationChanged } from "../schema.ts";

/** Stops a rotation where it is, at the end of the step under way, until somebody resumes it. */
export const pauseRotation = verb({
  name: "rotation.pause",
  scope: "runtime.secrets.rotate",
  input: PauseRotationInput,
  output: RotationChanged,
  environment: ({ tx, tenant, input }) => placeOfRotation(tx, tenant, input.rotationId),
  async run({ tx, tenant, input }) {
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const { rotation_id: rotationId, state } = rotation;
    if (rotation.finished_at) {
      throw new AppError("conflict", "This rotation is over.", {
        said: { key: "rotation.over" },
        field: "rotationId",
      });
    }
    if (rotation.paused_at) return unchanged({ rotationId, state });
    await tx.query(
      `UPDATE rotation SET paused_at = clock_timestamp(), updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId],
    );
    return audited(
      { rotationId, state },
      {
        type: "runtime.secrets.rotation-paused",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, state, reason: input.reason },
      },
    );
  },
});
