import "server-only";
import { uuidv7 } from "uuidv7";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { mayBegin, mayMove } from "#server/engines/rotation/state-machine.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { heldRotation } from "../held-rotation.ts";
import { BeginStepInput, StepResult } from "../schema.ts";
import { addStep } from "../writes/add-step.ts";
import { holdRevocation } from "../writes/hold-revocation.ts";

/**
 * Records what is about to be done outside, before it is (law 2): the step, the old handle and the
 * new one. Beginning to revoke is itself a change of state, unless the old value is still in use:
 * then the rotation stays in grace, and the worker has to let go.
 */
export const beginStep = verb({
  name: "rotation.beginStep",
  scope: "runtime.rotations.execute",
  input: BeginStepInput,
  output: StepResult,
  async run({ tx, tenant, actor, input }) {
    const rotation = await heldRotation(tx, tenant, actor, input);
    const { rotation_id: rotationId, state: from, resume_state: resume } = rotation;
    if (!mayBegin(from, input.step, resume)) {
      throw new AppError("conflict", `The step ${input.step} can't begin while ${from}.`);
    }
    const isCancelled = rotation.cancel_requested_at !== null;
    if (isCancelled && input.step === "promote") {
      throw new AppError("stale", "Somebody cancelled this rotation.");
    }
    if (input.step === "revoke" && from === "grace") {
      const held = await holdRevocation(tx, tenant, rotation);
      if (held) {
        const waits = { state: from, resumeState: null, isWaiting: true, begun: null, isCancelled };
        return held.event ? audited(waits, held.event) : unchanged(waits);
      }
    }
    const isTakenBack = rotation.rollback_requested_at !== null;
    if (isTakenBack !== (input.step === "take-back")) {
      throw new AppError("stale", "Somebody took this rotation back.");
    }
    const to = input.step === "revoke" ? "revoking" : from;
    if (to !== from && !mayMove(from, to, resume)) {
      throw new AppError("conflict", `A rotation can't go from ${from} to ${to}.`);
    }
    const [row] = await tx.query<{ at: Date }>(
      `UPDATE rotation SET state = $3, intent = $4, updated_at = clock_timestamp(),
         lease_until = clock_timestamp() + make_interval(secs => $5),
         old_handle = coalesce($6, old_handle), new_handle = coalesce($7, new_handle),
         error_code = coalesce($8, error_code), error_text = coalesce($9, error_text)
       WHERE tenant_id = $1 AND rotation_id = $2 RETURNING updated_at AS at`,
      [
        tenant,
        rotationId,
        to,
        JSON.stringify({ step: input.step }),
        input.leaseSeconds,
        input.oldHandle ? JSON.stringify(input.oldHandle) : null,
        input.newHandle ? JSON.stringify(input.newHandle) : null,
        input.errorCode ?? null,
        input.errorText ?? null,
      ],
    );
    const eventId = uuidv7();
    if (to !== from) await addStep(tx, tenant, { rotationId, from, to, eventId, note: "" });
    return audited(
      { state: to, resumeState: resume, isWaiting: false, begun: input.step, isCancelled },
      {
        eventId,
        ...(row ? { at: row.at } : {}),
        type: `runtime.secrets.rotation-${to === from ? "step-begun" : to.replaceAll("_", "-")}`,
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId,
          step: input.step,
          state: to,
          // The claim of a held rotation is not always told: who ends the old value is.
          ...(input.step === "revoke"
            ? { fence: rotation.fence, owner: rotation.lease_owner ?? "" }
            : {}),
          oldHandle: (input.oldHandle ?? rotation.old_handle) as JsonValue,
          newHandle: (input.newHandle ?? rotation.new_handle) as JsonValue,
          ...(input.errorCode
            ? { errorCode: input.errorCode, errorText: input.errorText ?? "" }
            : {}),
        },
      },
    );
  },
});
