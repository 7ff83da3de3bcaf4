import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";

export type Outcome = "succeeded" | "denied" | "failed";

/** What a change says of itself. Type and subject go into the immutable log: no names, no free text. */
export interface AuditEventDraft {
  /** `runtime.secrets.rotation-requested` */
  type: `runtime.${string}.${string}`;
  /** `<kind>/<id>`, e.g. `secret-binding/0190…`. */
  subject: string;
  outcome?: Outcome;
  /** Erasable detail: may hold names, reasons and references, never a secret value. */
  payload?: { [key: string]: JsonValue };
  /** Chosen by the caller when other rows must point at the event. */
  eventId?: string;
  /** The database's clock, where the change read it in this transaction anyway. */
  at?: Date;
  /** The event that caused this one (law 13). */
  causedBy?: string;
  /** What another part of the platform tells of; who vouches for it is the caller. */
  received?: {
    /** The id of its source. */
    from: string;
    /** When it happened, as the sender says: RFC 3339 in UTC. */
    occurredAt: string | null;
    traceparent: string | null;
  };
}

declare const audited: unique symbol;

/** A result together with its events: the only thing that a verb may return (law 5). */
export interface Audited<Output> {
  readonly [audited]: true;
  readonly output: Output;
  readonly events: readonly AuditEventDraft[];
}

/** Joins a verb's result with what the log shall say of it. */
export function auditedResult<Output>(
  output: Output,
  first: AuditEventDraft,
  ...more: AuditEventDraft[]
): Audited<Output> {
  return { output, events: [first, ...more] } as unknown as Audited<Output>;
}

declare const nothing: unique symbol;

/** A verb that found nothing to do (already done, lease lost) changed nothing and says so. */
export interface Unchanged<Output> {
  readonly [nothing]: true;
  readonly output: Output;
}

export function unchanged<Output>(output: Output): Unchanged<Output> {
  return { output, isUnchanged: true } as unknown as Unchanged<Output>;
}
