import "server-only";

/** What other parts of the server may use of elevation. */
export { type LiveGrant, liveGrantsOf as liveGrants } from "#server/platform/authz/live-grants.ts";
export {
  type ElevationFact,
  elevationAmong,
  elevationFact,
  executorsNow,
} from "./elevation-fact.ts";
export { activateGrant } from "./verbs/activate-grant.ts";
export { revokeGrant } from "./verbs/revoke-grant.ts";
