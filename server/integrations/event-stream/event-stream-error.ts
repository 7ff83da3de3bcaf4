import { type NatsFailure, natsFailure } from "../nats/nats-failure.ts";

/** A consumer that could not be read: its name and the failure, and no word of the server's. */
export class EventStreamError extends Error {
  readonly failure: NatsFailure;

  constructor({ stream, consumer }: { stream: string; consumer: string }, error: unknown) {
    const failure = natsFailure(error);
    super(`NATS ${stream}/${consumer}: ${failure}`);
    this.name = "EventStreamError";
    this.failure = failure;
  }
}
