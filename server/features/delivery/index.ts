import "server-only";

/** What other parts of the server may use of the delivery feature. */
export { MOST_DEAD_LETTERS } from "./cursor-work.ts";
export {
  type DeliverableRow,
  deliverableEvent,
  isSelected,
  maskingKeyOf,
  type OpenedRow,
  openedRow,
  redrivenEvents,
  type Selection,
  sealedEvents,
  selectionOf,
} from "./deliverable-events.ts";
export { type ErasureAtSink, erasuresOf } from "./erasures.ts";
export { checkConfig } from "./queries.ts";
export { isSinkAddress } from "./refuse-target.ts";
export { claimCursor } from "./verbs/claim-cursor.ts";
export { claimErasure } from "./verbs/claim-erasure.ts";
export { noteErasures } from "./verbs/note-erasures.ts";
export { noteLag } from "./verbs/note-lag.ts";
export { recordBatch } from "./verbs/record-batch.ts";
export { recordCheck } from "./verbs/record-check.ts";
export { recordErasure } from "./verbs/record-erasure.ts";
export type { CursorWork, ErasureOutcome, ErasureWork } from "./worker-schema.ts";
