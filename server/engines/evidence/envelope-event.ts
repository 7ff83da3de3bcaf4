import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { eventActorNames, eventSource } from "../query-language/event-source.ts";
import type { QueryEvent } from "../query-language/query-event.ts";

/** A log entry that is no envelope of ours. */
export class NotAnEnvelope extends Error {}

/** An envelope (DESIGN §6) and what is known of its payload, as the query language sees the event. */
export function envelopeEvent(
  envelope: JsonValue,
  leafIndex: bigint,
  payload: JsonValue,
): QueryEvent {
  const said = objectOf(envelope);
  const text = (name: string): string => {
    const value = said?.[name];
    if (typeof value !== "string") throw new NotAnEnvelope(`the envelope has no ${name}`);
    return value;
  };
  const recordedAt = new Date(text("time"));
  if (Number.isNaN(recordedAt.getTime())) throw new NotAnEnvelope("the envelope's time is none");
  const actorKind = text("principalkind");
  return {
    eventId: text("id"),
    type: text("type"),
    subject: text("subject"),
    outcome: text("outcome"),
    actorKind,
    actorRef: text("principal"),
    actorNames: eventActorNames(payload),
    traceId: text("traceparent").split("-")[1] ?? "",
    source: eventSource(text("type"), actorKind),
    recordedAt,
    leafIndex,
    payload,
  };
}

/** `SHA-256(salt ‖ canonical payload)` as the envelope commits to it, hexadecimal. */
export function commitmentIn(envelope: JsonValue): string | undefined {
  const said = objectOf(envelope)?.payloadcommitment;
  return typeof said === "string" ? said : undefined;
}

function objectOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, JsonValue>>;
}
