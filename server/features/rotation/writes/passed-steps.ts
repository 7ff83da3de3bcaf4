import "server-only";
import { uuidv7 } from "uuidv7";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { mayMove, type RotationState } from "#server/engines/rotation/state-machine.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { BindingRow, RotationRow } from "../rotation-rows.ts";

/** States that an act without any effect outside may lead to: they may be recorded with the next. */
const PASSING: ReadonlySet<RotationState> = new Set([
  "staged",
  "applied",
  "verified",
  "verified_dead",
]);

/** A move of a rotation, with the event that tells it. */
export interface Move {
  from: RotationState;
  to: RotationState;
  note: string;
  eventId: string;
}

/** The moves of one record: what was passed by, and where it ends. Throws `conflict` for one that can't be made. */
export function movesOf(
  { state, resume_state: resume }: RotationRow,
  passing: readonly { to: RotationState; note: string }[],
  last: { to: RotationState; note: string },
): { passed: Move[]; move: Move } {
  let from = state;
  const made = (to: RotationState, note: string): Move => {
    if (!mayMove(from, to, resume)) {
      throw new AppError("conflict", `A rotation can't go from ${from} to ${to}.`);
    }
    const move = { from, to, note, eventId: uuidv7() };
    from = to;
    return move;
  };
  const passed = passing.map(({ to, note }) => {
    if (!PASSING.has(to)) throw new AppError("conflict", `${to} can't be passed by.`);
    return made(to, note);
  });
  return { passed, move: made(last.to, last.note) };
}

/** What the log says of a step that was passed by. */
export function passedEvent(
  { from, to, note, eventId }: Move,
  rotation: RotationRow,
  binding: BindingRow,
): AuditEventDraft {
  return {
    eventId,
    type: eventType(to),
    subject: `secret-binding/${rotation.binding_id}`,
    causedBy: rotation.cause_event_id,
    payload: {
      rotationId: rotation.rotation_id,
      credential: binding.name,
      from,
      to,
      note,
      oldHandle: rotation.old_handle as JsonValue,
      newHandle: rotation.new_handle as JsonValue,
    },
  };
}

export function eventType(to: RotationState) {
  return `runtime.secrets.rotation-${to.replaceAll("_", "-")}` as const;
}
