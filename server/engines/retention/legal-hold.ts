import type { RECORDS, RetentionClass } from "./retention-classes.ts";

/** What must be kept whatever retention and erasure say. An absent part means everything. */
export interface HoldScope {
  readonly classes: readonly RetentionClass[] | null;
  readonly subject: string | null;
  readonly actorRef: string | null;
  readonly from: Date | null;
  readonly until: Date | null;
}

export interface HeldEvent {
  readonly retentionClass: RetentionClass | typeof RECORDS;
  readonly subject: string;
  readonly actorRef: string;
  readonly recordedAt: Date;
}

/** Whether a hold covers an event. */
export function holdsEvent(hold: HoldScope, event: HeldEvent): boolean {
  return (
    (hold.classes === null || (hold.classes as readonly string[]).includes(event.retentionClass)) &&
    (hold.subject === null || hold.subject === event.subject) &&
    (hold.actorRef === null || hold.actorRef === event.actorRef) &&
    (hold.from === null || hold.from <= event.recordedAt) &&
    (hold.until === null || event.recordedAt < hold.until)
  );
}

/**
 * Whether a hold may cover something under a key of this class and month. One about a subject or a person holds
 * all keys of its time: which of them have something of it is not looked for.
 */
export function holdsPeriod(
  hold: HoldScope,
  { retentionClass, period }: { retentionClass: RetentionClass; period: string },
): boolean {
  const begin = new Date(`${period}T00:00:00Z`);
  const end = new Date(begin);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return (
    (hold.classes === null || hold.classes.includes(retentionClass)) &&
    (hold.from === null || hold.from < end) &&
    (hold.until === null || begin < hold.until)
  );
}
