import { DIRECTIONS, type Policy, type Rule } from "./compile-policy.ts";
import type { ClusterFacts } from "./model.ts";
import { PortSet } from "./port-set.ts";
import type { ReachEngine } from "./reach-engine.ts";

export interface ReachNote {
  /** `doubt`: nobody can tell what the policies mean. The others are as Kubernetes is. */
  kind: "host-network" | "own-node" | "doubt";
  text: string;
}

/** What an answer about reachability leaves out, in plain words. Sorted. */
export function reachNotes(engine: ReachEngine, { pods }: ClusterFacts): ReachNote[] {
  const onHost = new Set(
    engine.universe.classes
      .filter(({ isHostNetwork }) => isHostNetwork)
      .flatMap(({ workloads }) => workloads),
  );
  const notes = [...onHost].sort().map(
    (workload): ReachNote => ({
      kind: "host-network",
      text: `${workload} is on its node's network: whether NetworkPolicies hold for it depends on the network plug-in`,
    }),
  );
  if (pods.length > 0) {
    const text = "traffic between a pod and its own node is always allowed, whatever policies say";
    notes.push({ kind: "own-node", text });
  }
  const { admin, baseline } = engine.book.tiers;
  for (const group of [...admin, ...baseline]) {
    for (const [at, one] of group.entries()) {
      for (const other of group.slice(at + 1)) {
        if (!contradict(one, other)) continue;
        const text = `${one.name} and ${other.name} have the same priority and disagree: which one decides is not defined`;
        notes.push({ kind: "doubt", text });
      }
    }
  }
  for (const policy of [...admin, ...baseline].flat()) {
    if ((policy.egress ?? []).some(({ outside }) => outside.hasUnknown)) {
      const text = `${policy.name} allows domain names: what addresses they have is not known here`;
      notes.push({ kind: "doubt", text });
    }
    const isUnclear = DIRECTIONS.some((direction) =>
      (policy[direction] ?? []).some(({ peers }) => peers.some(({ maybe }) => !maybe.isEmpty)),
    );
    if (isUnclear) {
      const text = `${policy.name} names nodes or networks: the addresses of some pods are not known`;
      notes.push({ kind: "doubt", text });
    }
  }
  return notes;
}

function contradict(one: Policy, other: Policy): boolean {
  if (one.subjects.sure.intersect(other.subjects.sure).isEmpty) return false;
  return DIRECTIONS.some((direction) =>
    (one[direction] ?? []).some((rule) =>
      (other[direction] ?? []).some(
        (theirs) => rule.action !== theirs.action && overlap(rule, theirs),
      ),
    ),
  );
}

function overlap(one: Rule, other: Rule): boolean {
  const ports = [one, other].map(({ ports }) =>
    ports.hasNames ? PortSet.all : ports.at(undefined),
  );
  if (ports[0]?.intersect(ports[1] ?? PortSet.none).isEmpty) return false;
  const isOutside = one.outside.blocks.length > 0 && other.outside.blocks.length > 0;
  return (
    isOutside ||
    one.peers.some((mine) =>
      other.peers.some((theirs) => !mine.sure.intersect(theirs.sure).isEmpty),
    )
  );
}
