import "server-only";

/** What other parts of the server may use of the secret-policies feature. */
export { type CurrentRules, currentRules } from "./in-force.ts";
export { RuleInForce } from "./schema.ts";
export { applySecretPolicies } from "./verbs/apply-secret-policies.ts";
