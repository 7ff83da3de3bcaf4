import "server-only";

/** What other parts of the server may use of the policy feature. */
export { publishDenialCounts } from "./verbs/publish-denial-counts.ts";
