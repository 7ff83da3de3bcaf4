import "server-only";

/** What other parts of the server may use of the audit feature. */
export { verifyStoredLog } from "./integrity/verify-stored-log.ts";
export { headToWitness } from "./log/cosignatures.ts";
export { logTile } from "./log/log-tiles.ts";
export { tileReader as proofTiles } from "./log/log-tree.ts";
export { logOrigin, logVerifierKey, signedByLog } from "./sealing/log-key.ts";
export { runSealer, type SealerOptions } from "./sealing/run-sealer.ts";
export { type SealedBatch, sealPendingAudit } from "./sealing/seal-pending-audit.ts";
export { runIndexer } from "./search/indexing/run-indexer.ts";
