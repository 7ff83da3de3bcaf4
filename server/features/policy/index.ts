import "server-only";

/** What other parts of the server may use of the policy feature. */
export { recordedDecision, storedTexts } from "./queries.ts";
export { replayDecision } from "./replay-decision.ts";
export { startPolicies } from "./start-policies.ts";
export { publishDenialCounts } from "./verbs/publish-denial-counts.ts";
export { rulesInForce } from "./what-if/draft-rules.ts";
export { whatIf } from "./what-if/what-if.ts";
