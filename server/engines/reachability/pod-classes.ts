import { keysOf, type Labels } from "./label-selector.ts";
import type { ClusterFacts, NamedPort, NetworkPolicy, Pod } from "./model.ts";

/**
 * Pods that no policy of the cluster can tell apart: same namespace, same values of every label
 * that a selector looks at, same named ports. Reachability is a matter of classes, not of pods.
 */
export interface PodClass {
  index: number;
  namespace: string;
  labels: Labels;
  namedPorts: readonly NamedPort[];
  isHostNetwork: boolean;
  /** Distinct workloads of the class, as `namespace/name[Kind]`, sorted. */
  workloads: readonly string[];
}

/** Sorted by what makes them, so that the order of files never shows in an answer. */
export function podClasses(facts: ClusterFacts): PodClass[] {
  const keys = [...labelKeys(facts.policies)].sort();
  const byKey = new Map<string, { pod: Pod; labels: Labels; workloads: Set<string> }>();
  for (const pod of facts.pods) {
    const labels = Object.fromEntries(
      keys.flatMap((key) =>
        Object.hasOwn(pod.labels, key) ? [[key, pod.labels[key]] as const] : [],
      ),
    ) as Labels;
    const ports = pod.namedPorts.map((port) => `${port.name}=${port.protocol}/${port.port}`).sort();
    const classKey = JSON.stringify([pod.namespace, labels, ports, pod.isHostNetwork]);
    const found = byKey.get(classKey) ?? { pod, labels, workloads: new Set<string>() };
    found.workloads.add(`${pod.namespace}/${pod.workload}[${pod.workloadKind}]`);
    byKey.set(classKey, found);
  }
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { pod, labels, workloads }], index) => ({
      index,
      namespace: pod.namespace,
      labels,
      namedPorts: pod.namedPorts,
      isHostNetwork: pod.isHostNetwork,
      workloads: [...workloads].sort(),
    }));
}

function labelKeys(policies: readonly NetworkPolicy[]): Set<string> {
  const keys = new Set<string>();
  for (const policy of policies) {
    for (const key of keysOf(policy.podSelector)) keys.add(key);
    for (const rule of [...policy.ingress, ...policy.egress]) {
      for (const peer of rule.peers) {
        if (peer.kind === "pods") for (const key of keysOf(peer.podSelector)) keys.add(key);
      }
    }
  }
  return keys;
}
