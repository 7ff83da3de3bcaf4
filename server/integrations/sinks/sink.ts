import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { SecretReference } from "#server/engines/delivery/sink-kinds.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

export type JsonObject = { readonly [key: string]: JsonValue };

/** One event as every sink gets it: the envelope with its payload opened and masked, as the sink's rules say. */
export interface DeliverableEvent {
  /** The CloudEvents id, unique in the tenant: the key by which a receiver is idempotent. */
  readonly id: string;
  /** Its leaf's index in the tenant's log. */
  readonly seq: bigint;
  readonly tenantId: string;
  readonly occurredAt: Date;
  readonly type: string;
  /** DESIGN §6, with `leafindex` and `leafhash` (hex); `data` is absent when the payload was pruned or erased. */
  readonly envelope: JsonObject;
  /** The OCSF class that the event maps to, where the sink asks for one. */
  readonly ocsf: JsonObject | null;
}

/** What became of one event. */
export type DeliveryOutcome =
  /** The receiver has it durably, or had it before. */
  | { kind: "delivered" }
  /** The receiver never will take this event: it is set aside, and the rest go on. */
  | { kind: "rejected"; reason: string }
  /** Not now. `retryAfterMs` where the receiver said how long. */
  | { kind: "later"; reason: string; retryAfterMs?: number };

export interface Sink {
  /**
   * Sends events in their order; gives one outcome for each, in the same order. A trouble of the
   * whole (no connection, 401) is a `SinkError`, or `later` for each: never `rejected`.
   */
  deliver(
    events: readonly DeliverableEvent[],
    signal: AbortSignal,
  ): Promise<readonly DeliveryOutcome[]>;
  /**
   * Deletes events that it has by their ids, where the protocol can; ids that it doesn't have are no trouble, so that
   * it may be asked twice. Throws `SinkError` unless all of them are gone.
   */
  erase?(eventIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** Reaches the receiver and proves that it would take events. Throws `SinkError`. */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What a driver needs of the house. */
export interface SinkWorld {
  /** The value behind a reference of the sink's configuration. Throws `SinkError` on its field. */
  secret(reference: SecretReference, field: string): Promise<SecretValue>;
  /** Asked about every address that a name stands for, at the moment of connecting: no other may be dialled. */
  isAllowedAddress(address: string): boolean;
  /** Headers that sign a body for a webhook (Standard Webhooks, Ed25519). */
  signed(message: { id: string; at: Date; body: string }): Record<string, string>;
}

export interface SinkTrouble {
  /** The field of the configuration that must be changed, like `url`; `connection` when none is at fault. */
  field: string;
  /** What happened, without any word of a secret or of the receiver's answer beyond its code. */
  message: string;
  /** What to do, as a sentence. */
  remedy: string;
}

/** A sink that can't be reached, or whose configuration is wrong: names the field and the remedy. */
export class SinkError extends Error {
  readonly field: string;
  readonly remedy: string;
  /** Milliseconds that the receiver asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor({ field, message, remedy }: SinkTrouble, retryAfterMs?: number) {
    super(message);
    this.name = "SinkError";
    this.field = field;
    this.remedy = remedy;
    this.retryAfterMs = retryAfterMs;
  }
}
