import "server-only";
import {
  type DeliverableEvent,
  type DeliveryOutcome,
  type Sink,
  SinkError,
} from "#server/integrations/sinks/sink.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

export interface Offer {
  readonly outcomes: readonly DeliveryOutcome[];
  /** What stands in the way of those that must wait. */
  readonly trouble: { field: string; message: string; remedy: string } | null;
}

export interface OfferOptions {
  readonly timeoutMillis: number;
  /** The worker is stopping. */
  readonly signal: AbortSignal;
}

const AGAIN = "It is tried again by itself; nothing is lost.";

/**
 * Offers events to a sink and believes its driver's word for each of them. Where a driver fails in a
 * way that it did not foresee, they are offered one by one: one that fails alone, twice, while the sink
 * itself is well, never will be taken. Never throws.
 */
export async function offer(
  sink: Sink,
  events: readonly DeliverableEvent[],
  options: OfferOptions,
): Promise<Offer> {
  if (events.length === 0) return { outcomes: [], trouble: null };
  try {
    const outcomes = await within(options, (signal) => sink.deliver(events, signal));
    const waiting = outcomes.find((each) => each.kind === "later");
    return {
      outcomes,
      trouble: waiting ? { field: "connection", message: waiting.reason, remedy: AGAIN } : null,
    };
  } catch (error) {
    const known = troubleOf(error, options);
    if (known) return allLater(events, known, error);
    logger.warn({ err: error, events: events.length }, "a sink's driver failed");
    return oneByOne(sink, events, options);
  }
}

async function oneByOne(
  sink: Sink,
  events: readonly DeliverableEvent[],
  options: OfferOptions,
): Promise<Offer> {
  const outcomes: DeliveryOutcome[] = [];
  for (const [at, event] of events.entries()) {
    const tried = await alone(sink, event, options);
    if ("trouble" in tried) {
      const rest = allLater(events.slice(at), tried.trouble, tried.error);
      return { outcomes: [...outcomes, ...rest.outcomes], trouble: rest.trouble };
    }
    outcomes.push(tried);
    if (tried.kind === "later") {
      const trouble = { field: "connection", message: tried.reason, remedy: AGAIN };
      const rest = allLater(events.slice(at + 1), trouble, null);
      return { outcomes: [...outcomes, ...rest.outcomes], trouble };
    }
  }
  return { outcomes, trouble: null };
}

type Tried = DeliveryOutcome | { trouble: NonNullable<Offer["trouble"]>; error: unknown };

async function alone(sink: Sink, event: DeliverableEvent, options: OfferOptions): Promise<Tried> {
  let last: unknown;
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const [outcome] = await within(options, (signal) => sink.deliver([event], signal));
      if (outcome) return outcome;
      last = new Error("no outcome");
    } catch (error) {
      const known = troubleOf(error, options);
      if (known) return { trouble: known, error };
      last = error;
    }
    try {
      await within(options, (signal) => sink.check(signal));
    } catch (error) {
      const message = error instanceof Error ? error.message : "the sink is not well";
      const trouble = troubleOf(error, options) ?? { field: "connection", message, remedy: AGAIN };
      return { trouble, error };
    }
  }
  const name = last instanceof Error ? last.name : "error";
  return { kind: "rejected", reason: `it could not be sent (${name})` };
}

async function within<Result>(
  { signal, timeoutMillis }: OfferOptions,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]);
  const over = new Promise<never>((_, reject) => {
    limit.addEventListener("abort", () => reject(limit.reason), { once: true });
  });
  over.catch(() => undefined);
  // A driver that does not hear the signal holds up nobody.
  return Promise.race([act(limit), over]);
}

/** What a failure says of the sink as a whole; null: nothing that a driver foresaw. */
function troubleOf(error: unknown, { timeoutMillis, signal }: OfferOptions): Offer["trouble"] {
  if (error instanceof SinkError) {
    return {
      field: error.field,
      message: error.message || "failed",
      remedy: error.remedy || AGAIN,
    };
  }
  const { name } = error as { name?: string };
  if (name === "TimeoutError") {
    const message = `no answer within ${Math.round(timeoutMillis / 1_000)} seconds`;
    return {
      field: "connection",
      message,
      remedy: "See whether the receiver is overloaded or a firewall drops what is sent to it.",
    };
  }
  if (signal.aborted || name === "AbortError") {
    return { field: "connection", message: "the worker was stopped", remedy: AGAIN };
  }
  return null;
}

function allLater(
  events: readonly DeliverableEvent[],
  trouble: NonNullable<Offer["trouble"]>,
  error: unknown,
): Offer {
  const asked = error instanceof SinkError ? error.retryAfterMs : undefined;
  const outcome: DeliveryOutcome = {
    kind: "later",
    reason: trouble.message,
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  };
  return { outcomes: events.map(() => outcome), trouble };
}
