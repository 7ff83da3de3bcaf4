import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ManifestProblem, readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { parseCidr } from "#server/engines/reachability/ip-range.ts";
import { isNetworkPolicy, policyName } from "./policy-change.ts";

/** The NetworkPolicies of a text that somebody wrote, and everything in it that is none, with its line. */
export function readPolicies(
  file: string,
  text: string,
): { policies: Manifest[]; problems: ManifestProblem[] } {
  const { manifests, problems } = readManifests(file, text);
  const all = [...problems];
  const policies: Manifest[] = [];
  const seen = new Set<string>();
  for (const manifest of manifests) {
    const { kind, apiVersion, metadata } = manifest;
    const fault = (message: string) => all.push({ file, message });
    if (!isNetworkPolicy(manifest)) {
      fault(`${kind} ${metadata.name} (${apiVersion}) is no NetworkPolicy of networking.k8s.io/v1`);
    } else if (typeof metadata.namespace !== "string") {
      fault(`NetworkPolicy ${metadata.name} does not say its metadata.namespace`);
    } else if (seen.has(policyName(manifest))) {
      fault(`NetworkPolicy ${policyName(manifest)} is there twice`);
    } else {
      seen.add(policyName(manifest));
      policies.push(manifest);
    }
  }
  const read = factsFromManifests(policies);
  for (const { object, message } of read.problems)
    all.push({ file, message: `${object}: ${message}` });
  for (const { namespace, name, ingress, egress } of read.facts.policies) {
    for (const peer of [...ingress, ...egress].flatMap(({ peers }) => peers)) {
      if (peer.kind !== "ip") continue;
      const bad = [peer.cidr, ...peer.except].find((cidr) => !parseCidr(cidr));
      if (bad)
        all.push({ file, message: `NetworkPolicy ${namespace}/${name}: "${bad}" is not a CIDR` });
    }
  }
  return { policies, problems: all };
}
