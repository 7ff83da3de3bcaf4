import type { DriftObject, DriftRule } from "../drift/finding.ts";

export const REMEDIATION_ACTIONS = ["apply", "create", "delete"] as const;
export type RemediationAction = (typeof REMEDIATION_ACTIONS)[number];

/** Why the console does not remedy something; words are in `messages/<locale>/remediation.json`. */
export const REMEDIATION_REFUSALS = [
  /** The console holds no value of a Secret: rotate it, or let its own operator write it again. */
  "secret",
  /** The desired source holds a value encrypted or unknown: there is nothing to apply. */
  "hidden-value",
  /** The finding is about what objects do together: there is no one object to apply. */
  "no-object",
  /** Objects could not be compared, so nobody knows what applying would do. */
  "not-comparable",
  /** A pod is made by its workload: remedy that, or deploy what was approved. */
  "made-by-controller",
  /** The Sovereign's policy for the rule says `off`. */
  "switched-off",
  /** The desired source no longer asks for it, or asks for it now. */
  "desired-changed",
  /** The object is as it should be, or gone. */
  "already-mended",
  /** Server-side apply would leave differences: fields that others own and nobody desires. */
  "leftover",
  /** The cluster refused the dry-run. */
  "dry-run-refused",
  /** The approvers said no. */
  "rejected",
] as const;
export type RemediationRefusal = (typeof REMEDIATION_REFUSALS)[number];

export type RemediationPlan =
  | { kind: "possible"; action: RemediationAction }
  | { kind: "refused"; refusal: RemediationRefusal };

/** Kinds that others make from something else: the next sync would undo what is applied. */
const MADE_BY_CONTROLLERS = new Set([
  "Pod",
  "ReplicaSet",
  "ControllerRevision",
  "Endpoints",
  "EndpointSlice",
]);

/**
 * What would remedy a finding: by its rule and its object. `isDesired` says whether a source asks for
 * the object: a route that nobody declared is deleted, one that was widened is applied again.
 */
export function planRemediation(
  finding: { rule: DriftRule; object: Pick<DriftObject, "kind" | "apiVersion"> },
  isDesired: boolean,
): RemediationPlan {
  const { rule, object } = finding;
  if (object.kind === "Secret" && object.apiVersion === "v1") return refused("secret");
  // The console's own record is no object of a cluster: what it asks for is mended there.
  if (rule === "isolation-violated" || object.kind === "RuntimeTenantBinding")
    return refused("no-object");
  if (rule === "not-comparable") return refused("not-comparable");
  if (MADE_BY_CONTROLLERS.has(object.kind)) return refused("made-by-controller");
  if (rule === "missing") {
    return isDesired ? possible("create") : refused("desired-changed");
  }
  if (rule === "unmanaged") {
    return isDesired ? refused("desired-changed") : possible("delete");
  }
  return possible(isDesired ? "apply" : "delete");
}

function refused(refusal: RemediationRefusal): RemediationPlan {
  return { kind: "refused", refusal };
}

function possible(action: RemediationAction): RemediationPlan {
  return { kind: "possible", action };
}
