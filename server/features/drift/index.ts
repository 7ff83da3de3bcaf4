import "server-only";

/** What other parts of the server may use of the drift feature. */
export {
  type FindingInBrief,
  findingInBrief,
  hasLookedAtDriftSince,
} from "./finding-in-brief.ts";
export { hiddenName, unhide } from "./hidden-names.ts";
export { ISOLATION_CLUSTER } from "./isolation-cluster.ts";
export { listFindings } from "./queries.ts";
export { Environment, FindingState, GroupId, Rule, Severity } from "./schema.ts";
export { eventOfFinding, severeFindings } from "./severe-findings.ts";
export { type TargetRow, targetRows } from "./target-rows.ts";
export { holdFinding } from "./verbs/hold-finding.ts";
export { FindingPage as DriftFindingPage } from "./views.ts";
