/** One event that was offered to a sink. */
export interface Offered {
  readonly id: string;
  readonly seq: bigint;
}

export type Outcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "later"; readonly reason: string; readonly retryAfterMs?: number };

export interface Settled {
  /** The first leaf that is not done with: where the cursor stands after this. */
  readonly nextLeaf: bigint;
  readonly delivered: number;
  readonly rejected: readonly { eventId: string; leafIndex: bigint; reason: string }[];
  /** What must be offered again, in its order. */
  readonly later: readonly Offered[];
  readonly arrived: readonly string[];
  /** Why the first of them must wait, and how long the receiver asked for at most. */
  readonly reason: string | null;
  readonly retryAfterMs: number;
}

/**
 * How far a cursor has come by what a sink said: to the first event that must wait, or to the end of
 * what was read; events are offered in the order of their leaves. What was taken behind that one is offered again, and known by its id.
 */
export function settleBatch(
  offered: readonly Offered[],
  outcomes: readonly Outcome[],
  endLeaf: bigint,
): Settled {
  if (outcomes.length !== offered.length) {
    throw new RangeError(`${outcomes.length} outcomes for ${offered.length} events`);
  }
  const rejected: { eventId: string; leafIndex: bigint; reason: string }[] = [];
  const later: Offered[] = [];
  const arrived: string[] = [];
  let reason: string | null = null;
  let retryAfterMs = 0;
  offered.forEach((event, at) => {
    const outcome = outcomes[at] as Outcome;
    if (outcome.kind === "delivered") arrived.push(event.id);
    else if (outcome.kind === "rejected") {
      rejected.push({
        eventId: event.id,
        leafIndex: event.seq,
        reason: outcome.reason || "rejected",
      });
    } else {
      reason ??= outcome.reason;
      retryAfterMs = Math.max(retryAfterMs, outcome.retryAfterMs ?? 0);
      later.push(event);
    }
  });
  const nextLeaf = later[0]?.seq ?? endLeaf;
  return { nextLeaf, delivered: arrived.length, rejected, later, arrived, reason, retryAfterMs };
}
