import type { DeliverableEvent, JsonObject } from "./sink.ts";

/** What a sink of this format sends for an event: its OCSF event where it was mapped, else its envelope. */
export function documentOf(event: DeliverableEvent, format: "cloudevents" | "ocsf"): JsonObject {
  return format === "ocsf" && event.ocsf ? event.ocsf : event.envelope;
}
