import "server-only";

/** What other parts of the server may use of the audit feature. */
export { readPayload } from "./event-payload.ts";
export { EVENT_COLUMNS, type EventRow } from "./event-row.ts";
export { type LeafBounds, leafRangeOf } from "./export/leaf-range.ts";
export { type CandidateLeaves, candidateLeaves } from "./export/matching-leaves.ts";
export { leavesAt, leavesBetween, type OpenLeaf } from "./export/open-leaves.ts";
export { AuditProgress } from "./integrity/audit-progress.ts";
export {
  auditStoredLog,
  isProgressOf,
  type LogAuditOptions,
  type StoredLogVerdict,
} from "./integrity/audit-stored-log.ts";
export { verifyStoredLog } from "./integrity/verify-stored-log.ts";
export { cosignatureLines, headToWitness } from "./log/cosignatures.ts";
export { logTile } from "./log/log-tiles.ts";
export { latestCheckpoint, tileReader as proofTiles } from "./log/log-tree.ts";
export { sealProof } from "./seal-proof.ts";
export { logOrigin, logVerifierKey } from "./sealing/log-key.ts";
export { refuseSecondChange } from "./sealing/log-key-change.ts";
export {
  currentVerifierKey,
  logKeyList,
  logKeyRows,
  logKeys,
  logNotary,
  seedPlace,
  signerOf,
  wrapForInstallation,
} from "./sealing/log-keys.ts";
export { runSealer, type SealerOptions } from "./sealing/run-sealer.ts";
export { type SealedBatch, sealPendingAudit } from "./sealing/seal-pending-audit.ts";
export { rewriteSegments } from "./search/indexing/rewrite-segments.ts";
export { runIndexer } from "./search/indexing/run-indexer.ts";
export { queryEventOf } from "./search/query-event-of.ts";
export { handOverLogKey } from "./verbs/hand-over-log-key.ts";
