import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockRotation } from "../rotation-rows.ts";
import { ResumeRotationInput, RotationChanged } from "../schema.ts";

/** Lets a paused rotation go on from where it stopped. */
export const resumeRotation = verb({
  name: "rotation.resume",
  scope: "runtime.secrets.rotate",
  input: ResumeRotationInput,
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
    if (!rotation.paused_at) return unchanged({ rotationId, state });
    await tx.query(
      `UPDATE rotation SET paused_at = NULL, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId],
    );
    return audited(
      { rotationId, state },
      {
        type: "runtime.secrets.rotation-resumed",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, state },
      },
    );
  },
});
