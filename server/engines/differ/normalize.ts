import { isObject, type Json, type JsonObject } from "./json.ts";

/** What the API server and controllers write for their own book-keeping. */
const METADATA_BOOKKEEPING = [
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const ANNOTATION_BOOKKEEPING = new Set([
  LAST_APPLIED,
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "control-plane.alpha.kubernetes.io/leader",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
]);

/** A copy without status and book-keeping, here and in embedded templates. */
export function normalize(object: JsonObject): JsonObject {
  const copy = structuredClone(object);
  delete copy.status;
  stripMetadata(copy);
  const spec = copy.spec;
  if (isObject(spec)) {
    for (const template of [
      spec.template,
      isObject(spec.jobTemplate) ? spec.jobTemplate : undefined,
    ]) {
      if (isObject(template)) stripMetadata(template);
    }
    if (Array.isArray(spec.volumeClaimTemplates)) {
      for (const claim of spec.volumeClaimTemplates) {
        if (!isObject(claim)) continue;
        delete claim.status;
        stripMetadata(claim);
      }
    }
  }
  // An aggregated role's rules are the controller's (RBAC, "Aggregated ClusterRoles").
  if (copy.kind === "ClusterRole" && isObject(copy.aggregationRule)) delete copy.rules;
  if (copy.kind === "Endpoints" && Array.isArray(copy.subsets))
    copy.subsets = sortedSubsets(copy.subsets);
  return copy;
}

function stripMetadata(owner: JsonObject): void {
  const metadata = owner.metadata;
  if (!isObject(metadata)) return;
  for (const field of METADATA_BOOKKEEPING) delete metadata[field];
  if (!isObject(metadata.annotations)) return;
  for (const key of Object.keys(metadata.annotations)) {
    if (ANNOTATION_BOOKKEEPING.has(key)) delete metadata.annotations[key];
  }
}

function sortedSubsets(subsets: readonly Json[]): Json[] {
  const sorted = subsets.map((subset) => {
    if (!isObject(subset)) return subset;
    const lists = ["addresses", "notReadyAddresses", "ports"].flatMap((field) => {
      const items = subset[field];
      return Array.isArray(items) ? [[field, byText(items)] as const] : [];
    });
    return { ...subset, ...Object.fromEntries(lists) };
  });
  return byText(sorted);
}

function byText(items: readonly Json[]): Json[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
