import { namespaceOf } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

/** What somebody would like to do to the NetworkPolicies of a cluster. */
export interface PolicyChange {
  /** Added, or in the place of those of the same name. */
  set: readonly Manifest[];
  /** `namespace/name` of those that would go. */
  remove: readonly string[];
}

export interface ChangedPolicies {
  manifests: Manifest[];
  added: string[];
  replaced: string[];
  removed: string[];
  /** To be removed, but not there. */
  absent: string[];
}

const POLICY = "networking.k8s.io/v1";

export function isNetworkPolicy({ kind, apiVersion }: Manifest): boolean {
  return kind === "NetworkPolicy" && apiVersion === POLICY;
}

/** `namespace/name` of an object in a namespace. */
export function policyName(manifest: Manifest): string {
  return `${namespaceOf(manifest)}/${manifest.metadata.name}`;
}

/** The objects of a cluster as they would be after the change; nothing else is touched. */
export function withPolicies(
  manifests: readonly Manifest[],
  change: PolicyChange,
): ChangedPolicies {
  const wanted = new Map(change.set.map((each) => [policyName(each), each]));
  const gone = new Set(change.remove.filter((name) => !wanted.has(name)));
  const present = new Set(manifests.filter(isNetworkPolicy).map(policyName));
  const kept = manifests.filter(
    (each) =>
      !isNetworkPolicy(each) || !(wanted.has(policyName(each)) || gone.has(policyName(each))),
  );
  const names = [...wanted.keys()].sort();
  return {
    manifests: [...kept, ...wanted.values()],
    added: names.filter((name) => !present.has(name)),
    replaced: names.filter((name) => present.has(name)),
    removed: [...gone].filter((name) => present.has(name)).sort(),
    absent: [...gone].filter((name) => !present.has(name)).sort(),
  };
}
