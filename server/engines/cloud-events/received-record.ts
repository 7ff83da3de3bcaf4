import type { JsonValue } from "../canonical-json/canonical-json.ts";
import type { CloudEvent, JsonObject } from "./cloud-event.ts";

/** How a received event stands in the log. */
export interface ReceivedRecord {
  /** `runtime.received.io.kubernetes.audit.create`: no sender can write an event of the console's own. */
  readonly type: `runtime.received.${string}`;
  readonly outcome: "succeeded" | "denied" | "failed";
  readonly occurredAt: string | null;
  readonly traceparent: string | null;
  /** The erasable part: the sender's own words. */
  readonly payload: { [key: string]: JsonValue };
}

const LONGEST_TYPE = 180;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const OUTCOMES = new Set(["succeeded", "denied", "failed"]);
/** Extensions that are told in places of their own. */
const PLACED = new Set(["tenant", "principal", "outcome", "traceparent"]);

export interface Sender {
  readonly kind: string;
  readonly name: string;
  /** Who mended it, where somebody did. */
  readonly mendedBy?: string;
}

export function receivedRecord(
  event: CloudEvent,
  { kind, name, mendedBy }: Sender,
  masked: readonly string[],
): ReceivedRecord {
  const { principal, outcome, traceparent } = event.extensions;
  const others = Object.entries(event.extensions).filter(([key]) => !PLACED.has(key));
  const received: JsonObject = {
    from: name,
    kind,
    id: event.id,
    source: event.source,
    type: event.type,
    ...present({ subject: event.subject, time: event.time, dataschema: event.dataschema }),
    ...present({ datacontenttype: event.datacontenttype }),
    ...(principal === undefined ? {} : { principal: String(principal) }),
    ...(others.length > 0 ? { extensions: Object.fromEntries(others) } : {}),
    ...(event.isBinary ? { encoding: "base64" } : {}),
    ...(masked.length > 0 ? { masked: masked.slice(0, 100) } : {}),
    ...(mendedBy === undefined ? {} : { mendedBy }),
  };
  return {
    type: receivedType(event.type),
    outcome: OUTCOMES.has(String(outcome)) ? (outcome as ReceivedRecord["outcome"]) : "succeeded",
    occurredAt: event.time,
    traceparent:
      typeof traceparent === "string" && TRACEPARENT.test(traceparent) ? traceparent : null,
    payload: { received, ...(event.data === null ? {} : { data: event.data }) },
  };
}

/** A sender's type as the log writes types: `com.example/Order Placed` is `com.example-order-placed`. */
export function receivedType(type: string): `runtime.received.${string}` {
  const parts = type
    .toLowerCase()
    .split(".")
    .map((part) => part.replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, ""))
    .filter(Boolean)
    .map((part) => (/^[a-z]/.test(part) ? part : `x-${part}`));
  const name = parts
    .join(".")
    .slice(0, LONGEST_TYPE)
    .replace(/[.-]+$/, "");
  return `runtime.received.${name || "other"}`;
}

function present(members: { [key: string]: string | null }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
