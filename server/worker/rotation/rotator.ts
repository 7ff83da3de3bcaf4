import type { RotationState, RotationStep } from "#server/engines/rotation/state-machine.ts";
import type { Look, Outcome, Promotion, Revocation, TakenBack, Truth, Undoing } from "./outcome.ts";

/**
 * How one kind of credential is rotated. The engine records the intent before each of these and the
 * outcome after it; a rotator only acts, each act through `run.outside`. After a crash the same act
 * is called again: it must recognise what it did before, and do nothing twice.
 */
export interface Rotator {
  /** Acts that change nothing outside: what led to them is recorded together with their outcome. */
  readonly withoutEffect?: ReadonlySet<RotationStep>;
  /** Reads what is there; changes nothing that lasts. */
  look(): Promise<Look>;
  /** Makes the new value where no consumer sees it. */
  stage(): Promise<Outcome>;
  /** Makes the target take it, beside the old one. */
  apply(): Promise<Outcome>;
  /** Tries it before anybody depends on it. */
  verify(): Promise<Outcome>;
  /** Gives it to the consumers. From here on there is only forward. */
  promote(): Promise<Promotion>;
  /** Clears up what staging left, before the grace; a text it gives is the note of the grace. */
  settle(): Promise<unknown>;
  /** Ends the old value, if nobody was given it again meanwhile. */
  revoke(): Promise<Revocation>;
  /** Shows that the old value is refused. Done only when it was, never because it should be. */
  proveDead(): Promise<Outcome>;
  /** Destroys what is left of the old value; gives a note. */
  destroy(): Promise<string>;
  /** Finds out what is true after doubt that began in `resume`. */
  ask(resume: RotationState): Promise<Truth>;
  /**
   * Within the grace, by a person's word: gives consumers the old value again, ends the new one and
   * shows that it is refused. Absent where there is no such thing; the verb says why (ADR 12).
   */
  takeBack?(): Promise<TakenBack>;
  /** Takes everything back that was done before promotion. */
  undo(): Promise<Undoing>;
}
