import "server-only";

/** What other parts of the server may use of the isolation feature. */
export { bindingsInForce } from "./binding-rows.ts";
export { type CellInBrief, cellsInBrief } from "./cells-in-brief.ts";
export { expectedBoundaries } from "./expected-boundaries.ts";
export { hasLookedAtIsolationSince, violatedCells } from "./looked-since.ts";
export { edgeRef, peerRef } from "./peer-ref.ts";
export { DeclarationInput, Environment } from "./schema.ts";
