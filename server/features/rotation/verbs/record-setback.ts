import "server-only";
import { backoffSeconds } from "#server/engines/rotation/state-machine.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { heldRotation } from "../held-rotation.ts";
import { RecordSetbackInput, StepResult } from "../schema.ts";

/** Notes that a step could not be done and changed nothing; it is tried again after a pause that grows. */
export const recordSetback = verb({
  name: "rotation.recordSetback",
  scope: "runtime.rotations.execute",
  input: RecordSetbackInput,
  output: StepResult,
  async run({ tx, tenant, actor, input }) {
    const rotation = await heldRotation(tx, tenant, actor, input);
    const attempt = rotation.attempt + 1;
    const pauseSeconds = backoffSeconds(attempt);
    await tx.query(
      `UPDATE rotation SET attempt = $3, error_code = $4, error_text = $5, lease_until = NULL,
         lease_owner = NULL, updated_at = clock_timestamp(),
         due_at = clock_timestamp() + make_interval(secs => $6)
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, input.rotationId, attempt, input.errorCode, input.errorText, pauseSeconds],
    );
    return audited(
      {
        state: rotation.state,
        resumeState: rotation.resume_state,
        isWaiting: true,
        begun: null,
        isCancelled: false,
      },
      {
        type: "runtime.secrets.rotation-step-failed",
        subject: `secret-binding/${rotation.binding_id}`,
        outcome: "failed",
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId: input.rotationId,
          state: rotation.state,
          step: rotation.intent?.step ?? "",
          attempt,
          retryInSeconds: pauseSeconds,
          errorCode: input.errorCode,
          errorText: input.errorText,
        },
      },
    );
  },
});
