import "server-only";

/** What other parts of the server may use of the isolation feature. */
export { bindingsInForce } from "./binding-rows.ts";
export { expectedBoundaries } from "./expected-boundaries.ts";
export { edgeRef, peerRef } from "./peer-ref.ts";
