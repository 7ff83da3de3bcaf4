import "server-only";

/** What other parts of the server may use of the ingest feature. */
export type { EventResult, SourceKind } from "./schema.ts";
export { takeFromMachine } from "./take-from-machine.ts";
export { type Entrance, takeWritten, type WritingSource } from "./take-written.ts";
export { receiveEvents } from "./verbs/receive-events.ts";
export { saveEventSource } from "./verbs/save-event-source.ts";
