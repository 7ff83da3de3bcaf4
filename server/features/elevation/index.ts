import "server-only";

/** What other parts of the server may use of elevation. */
export { type LiveGrant, liveGrantsOf as liveGrants } from "#server/platform/authz/live-grants.ts";
export {
  type ElevationFact,
  elevationAmong,
  elevationFact,
  executorsNow,
} from "./elevation-fact.ts";
export { policyRows as elevationPolicies } from "./policy-rows.ts";
export { activateGrant } from "./verbs/activate-grant.ts";
export { beginProjection, type ProjectionWork } from "./verbs/begin-projection.ts";
export { endGrant } from "./verbs/end-grant.ts";
export { expireGrant } from "./verbs/expire-grant.ts";
export { recordProjection } from "./verbs/record-projection.ts";
export { requestElevation } from "./verbs/request-elevation.ts";
export { revokeGrant } from "./verbs/revoke-grant.ts";
export { saveElevationPolicy } from "./verbs/save-elevation-policy.ts";
export { tendElevation } from "./verbs/tend-elevation.ts";
