import "server-only";

/** What other parts of the server may use of the policy feature. */
export { recordedDecision, storedTexts } from "./queries.ts";
export { replayDecision } from "./replay-decision.ts";
export { publishDenialCounts } from "./verbs/publish-denial-counts.ts";
