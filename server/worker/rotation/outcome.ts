import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { NewHandle, OldHandle } from "#server/features/rotation/schema.ts";
import type { Trouble } from "./outside-trouble.ts";

/** A certain no: nothing was changed, or nothing that undoing does not undo. */
export interface Refused {
  kind: "refused";
  trouble: Trouble;
}

/** It left, and nobody knows what became of it: ask before going on. */
export interface Unknown {
  kind: "unknown";
  trouble: Trouble;
}

/** What the old value belongs to is not ours to revoke any more: a person must look. */
export interface Orphaned {
  kind: "orphaned";
  trouble: Trouble;
}

export interface Done {
  kind: "done";
  /** For the timeline. */
  note: string;
}

/** How an act went. What only has to be tried again later is thrown (`OutsideTrouble`, `OpenBaoError`). */
export type Outcome = Done | Refused | Unknown;

/** What a rotation found before it changed anything. */
export type Look = { kind: "fit"; oldHandle: OldHandle; newHandle: NewHandle } | Refused;

/** `version` is what consumers read from now on. */
export type Promotion = (Done & { version: number }) | Refused | Unknown;

export type Revocation = Outcome | Orphaned;

/** `version` is what consumers read from now on: the old value again. */
export type TakenBack = (Done & { version: number }) | Refused | Unknown | Orphaned;

/** What is true after an act whose outcome nobody knew. */
export type Truth =
  | { kind: "state"; state: RotationState; note: string }
  | { kind: "promoted"; version: number }
  | Refused;

/** Undone; or our value is in use after all, so that the rotation goes on. */
export type Undoing = { kind: "undone" } | { kind: "promoted"; version: number };

export function done(note: string): Done {
  return { kind: "done", note };
}

export function refused(errorCode: string, errorText: string): Refused {
  return { kind: "refused", trouble: { errorCode, errorText } };
}

export function unknown(errorCode: string, errorText: string): Unknown {
  return { kind: "unknown", trouble: { errorCode, errorText } };
}

export function orphaned(errorCode: string, errorText: string): Orphaned {
  return { kind: "orphaned", trouble: { errorCode, errorText } };
}
