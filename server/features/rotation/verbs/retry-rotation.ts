import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockRotation } from "../rotation-rows.ts";
import { RetryRotationInput, RetryScheduled } from "../schema.ts";

/** Tries a rotation that met trouble again now, instead of at the end of its pause. */
export const retryRotation = verb({
  name: "rotation.retry",
  scope: "runtime.secrets.rotate",
  input: RetryRotationInput,
  output: RetryScheduled,
  environment: ({ tx, tenant, input }) => placeOfRotation(tx, tenant, input.rotationId),
  async run({ tx, tenant, input }) {
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    if (rotation.finished_at || rotation.attempt === 0) {
      throw new AppError("conflict", "This rotation is not waiting for another attempt.", {
        said: { key: "rotation.notWaiting" },
        field: "rotationId",
        remedy: "Look at its state: it is over, or already going on.",
      });
    }
    await tx.query(
      `UPDATE rotation SET due_at = clock_timestamp(), updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, input.rotationId],
    );
    const { rotation_id: rotationId, state } = rotation;
    return audited(
      { rotationId, state },
      {
        type: "runtime.secrets.rotation-retried",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, state, attempt: rotation.attempt },
      },
    );
  },
});
