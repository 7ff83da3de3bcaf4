import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { OverrideRevokeInput, RevokeOverridden } from "../consumers/schema.ts";
import { placeOfRotation } from "../place-of-act.ts";
import { lockRotation } from "../rotation-rows.ts";
import { addStep } from "../writes/add-step.ts";
import { requestedBy } from "../writes/requested-by.ts";

/**
 * Ends an old value although something still uses it, or nobody can tell: a person's decision, with
 * the reason. Only where the engine holds the revocation back for that.
 */
export const overrideRevoke = verb({
  name: "rotation.overrideRevoke",
  scope: "runtime.secrets.override",
  input: OverrideRevokeInput,
  output: RevokeOverridden,
  environment: ({ tx, tenant, input }) => placeOfRotation(tx, tenant, input.rotationId),
  async run({ tx, tenant, actor, input }) {
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const { rotation_id: rotationId, state } = rotation;
    const [watch] = await tx.query<{ held_code: string | null; overridden_at: Date | null }>(
      `SELECT held_code, overridden_at FROM rotation_watch
       WHERE tenant_id = $1 AND rotation_id = $2 FOR UPDATE`,
      [tenant, rotationId],
    );
    if (watch?.overridden_at) return unchanged({ rotationId, state });
    if (state !== "grace" || !watch?.held_code) {
      throw new AppError("conflict", "Nothing holds the end of the old value back.", {
        said: { key: "rotation.nothingHolds" },
        field: "rotationId",
        remedy: "Look at its state: it is over, or goes on by itself.",
      });
    }
    const eventId = uuidv7();
    await tx.query(
      `UPDATE rotation_watch SET overridden_at = clock_timestamp(), overridden_by = $3, override_event_id = $4
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId, JSON.stringify(requestedBy(actor)), eventId],
    );
    await tx.query(
      `UPDATE rotation SET due_at = clock_timestamp(), grace_until = clock_timestamp(), attempt = 0,
         updated_at = clock_timestamp() WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId],
    );
    const note = "a person decided to end the old value all the same";
    await addStep(tx, tenant, { rotationId, from: "grace", to: "grace", eventId, note });
    return audited(
      { rotationId, state },
      {
        eventId,
        type: "runtime.secrets.revocation-overridden",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: { rotationId, heldFor: watch.held_code, reason: input.reason },
      },
    );
  },
});
