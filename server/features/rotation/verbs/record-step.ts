import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import {
  backoffSeconds,
  FINAL_STATES,
  mayBegin,
  type RotationState,
  type RotationStep,
} from "#server/engines/rotation/state-machine.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { heldRotation } from "../held-rotation.ts";
import { lockBindingOf } from "../rotation-rows.ts";
import { RecordStepInput, StepResult } from "../schema.ts";
import { addStep } from "../writes/add-step.ts";
import { changeBinding } from "../writes/change-binding.ts";
import { containLeaks } from "../writes/contain-leak.ts";
import { eventType, movesOf, passedEvent } from "../writes/passed-steps.ts";
import { restoreBinding } from "../writes/restore-binding.ts";
import { settleSchedule } from "../writes/settle-schedule.ts";

/** States in which the worker lets go: for the grace, for a pause after a failure, or for good. */
const WAITING: ReadonlySet<RotationState> = new Set(["grace", "revoke_failed", "indeterminate"]);

/** Steps whose beginning is no more than their intent. */
const BEGUN_AT_ONCE: ReadonlySet<RotationStep> = new Set([
  "apply",
  "verify",
  "promote",
  "settle",
  "destroy",
]);

/**
 * Notes how a step went, and moves the rotation to where that leaves it. Steps that it passed on the
 * way (`passing`) are noted with it, each a line and an event of its own.
 */
export const recordStep = verb({
  name: "rotation.recordStep",
  scope: "runtime.rotations.execute",
  input: RecordStepInput,
  output: StepResult,
  async run({ tx, tenant, actor, input }) {
    // Locked in one flight, the rotation first.
    const [rotation, binding] = await Promise.all([
      heldRotation(tx, tenant, actor, input),
      lockBindingOf(tx, tenant, input.rotationId),
    ]);
    const { rotation_id: rotationId, resume_state: resume } = rotation;
    const { passed, move } = movesOf(rotation, input.passing, input);
    const { from, to, eventId } = move;
    if (!binding) throw notFound("secret binding");
    const isTakenBack = rotation.rollback_requested_at !== null;
    if (from === "grace" && (to === "rolled_back") !== isTakenBack && to !== "orphaned") {
      throw new AppError("conflict", `A rotation can't go from ${from} to ${to}.`);
    }
    const isOver = FINAL_STATES.has(to);
    // Without a grace, a worker that goes on has nothing to wait for.
    const hasNoGrace = to === "grace" && rotation.grace_seconds === 0 && input.next === "revoke";
    const hasPause = WAITING.has(to) && !hasNoGrace;
    const isWaiting = isOver || hasPause || rotation.paused_at !== null;
    const isCancelled = rotation.cancel_requested_at !== null;
    const mayGoOn = !isWaiting && !isCancelled && !isTakenBack;
    const { next } = input;
    const begun = next && mayGoOn && BEGUN_AT_ONCE.has(next) && mayBegin(to, next) ? next : null;
    const isSetback = to === "revoke_failed" || to === "indeterminate";
    // Going back to where the doubt began is no progress: patience runs on.
    const isBackAgain = from === "indeterminate" && to === resume;
    const attempt = isSetback ? rotation.attempt + 1 : isBackAgain ? rotation.attempt : 0;
    const newHandle =
      input.promotedVersion && rotation.new_handle
        ? { ...rotation.new_handle, version: input.promotedVersion }
        : rotation.new_handle;
    const updated = tx.query<{ at: Date }>(UPDATE_ROTATION, [
      tenant,
      rotationId,
      to,
      to === "indeterminate" ? from : null,
      newHandle ? JSON.stringify(newHandle) : null,
      attempt,
      input.errorCode ?? null,
      input.errorText ?? null,
      isWaiting,
      isOver,
      input.leaseSeconds,
      isSetback ? backoffSeconds(attempt) : 0,
      // What made us give up stays readable when the undoing is done.
      to === "rolled_back",
      begun ? JSON.stringify({ step: begun }) : null,
    ]);
    // Sent together: they don't wait for one another, and the database takes them in this order.
    const [[row], contained] = await Promise.all([
      updated,
      containLeaks(tx, tenant, rotation, [...passed, move]),
      ...[...passed, move].map((step) => addStep(tx, tenant, { rotationId, ...step })),
      to === "rolled_back" && isTakenBack
        ? restoreBinding(tx, tenant, binding, { rotation, version: input.restoredVersion })
        : changeBinding(tx, tenant, binding, { to, newHandle }),
      isTakenBack ? null : settleSchedule(tx, tenant, rotation.binding_id, { to, isCancelled }),
    ]);
    const at = row ? { at: row.at } : {};
    const events: [AuditEventDraft, ...AuditEventDraft[]] = [
      {
        eventId,
        ...at,
        type: to === "promoted" ? "runtime.secrets.rotated" : eventType(to),
        subject: `secret-binding/${rotation.binding_id}`,
        outcome: input.errorCode || (to === "rolled_back" && !isTakenBack) ? "failed" : "succeeded",
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId,
          credential: binding.name,
          from,
          to,
          note: input.note,
          ...(begun ? { begun } : {}),
          oldHandle: rotation.old_handle as JsonValue,
          newHandle: newHandle as JsonValue,
          ...(input.errorCode
            ? { errorCode: input.errorCode, errorText: input.errorText ?? "" }
            : {}),
        },
      },
      ...contained,
    ];
    const [first, ...more] = [
      ...passed.map((step) => ({ ...passedEvent(step, rotation, binding), ...at })),
      ...events,
    ] as typeof events;
    const resumeState = to === "indeterminate" ? from : null;
    return audited({ state: to, resumeState, isWaiting, begun, isCancelled }, first, ...more);
  },
});

const UPDATE_ROTATION = `
  UPDATE rotation SET state = $3, resume_state = $4, new_handle = $5, attempt = $6, intent = $14,
    error_code = CASE WHEN $13 THEN coalesce($7, error_code) ELSE $7 END,
    error_text = CASE WHEN $13 THEN coalesce($8, error_text) ELSE $8 END,
    lease_until = CASE WHEN $9 THEN NULL ELSE clock_timestamp() + make_interval(secs => $11) END,
    lease_owner = CASE WHEN $9 THEN NULL ELSE lease_owner END,
    previous_rotated_at = CASE WHEN $3 = 'promoted' THEN (SELECT b.last_rotated_at FROM secret_binding b
      WHERE b.tenant_id = $1 AND b.binding_id = rotation.binding_id) ELSE previous_rotated_at END,
    grace_until = CASE WHEN $3 = 'grace' THEN clock_timestamp() + make_interval(secs => grace_seconds) ELSE grace_until END,
    due_at = clock_timestamp() + make_interval(secs => CASE WHEN $3 = 'grace' THEN grace_seconds ELSE $12 END),
    finished_at = CASE WHEN $10 THEN clock_timestamp() END,
    updated_at = clock_timestamp()
  WHERE tenant_id = $1 AND rotation_id = $2 RETURNING updated_at AS at`;
