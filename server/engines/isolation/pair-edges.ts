import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import type { PortSet } from "#server/engines/reachability/port-set.ts";
import type { AllowedBy, Reachability } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { CrossingEdge, Side } from "./crossing-edges.ts";

/** Connections of one class of pods with another. */
export interface ClassPair {
  source: PodClass;
  target: PodClass;
  ports: PortSet;
  uncertain: PortSet;
}

export type FoundEdge = Omit<CrossingEdge, "ports"> & { ports: PortSet };

/** The edges between the workloads of two classes, with why each side allows them; by key, which sorts. */
export function pairEdges(
  reach: Reachability,
  tenancy: ClusterTenancy,
  { source, target, ports, uncertain }: ClassPair,
): [key: string, edge: FoundEdge][] {
  const [from, to] = [
    { kind: "pods", class: source },
    { kind: "pods", class: target },
  ] as const;
  const why = reach.whyAllowed({ from, to, ports, uncertain });
  const isUncertain = ports.minus(uncertain).isEmpty;
  const sides = target.workloads.map((workload) => sideOf(tenancy, target, workload, why.ingress));
  return source.workloads.flatMap((workload) => {
    const here = sideOf(tenancy, source, workload, why.egress);
    return sides.map((far): [string, FoundEdge] => [
      `${workload}|${far.workload}`,
      { from: here, to: far, ports, isUncertain },
    ]);
  });
}

function sideOf(
  tenancy: ClusterTenancy,
  { namespace, isHostNetwork }: PodClass,
  workload: string,
  allowedBy: AllowedBy,
): Side {
  return {
    owner: tenancy.ownerOf(namespace),
    environment: tenancy.owners.get(namespace)?.environment ?? null,
    namespace,
    workload,
    isHostNetwork,
    allowedBy,
  };
}

/** One workload may be of several classes: its edges are one, in whichever order they are found. */
export function mergedEdges(before: FoundEdge | undefined, now: FoundEdge): FoundEdge {
  if (!before) return now;
  return {
    from: both(before.from, now.from),
    to: both(before.to, now.to),
    ports: before.ports.union(now.ports),
    isUncertain: before.isUncertain && now.isUncertain,
  };
}

function both(one: Side, other: Side): Side {
  const isHostNetwork = one.isHostNetwork || other.isHostNetwork;
  if (one.allowedBy.kind !== "policies") return { ...one, isHostNetwork };
  if (other.allowedBy.kind !== "policies") return { ...other, isHostNetwork };
  const names = [...new Set([...one.allowedBy.names, ...other.allowedBy.names])].sort();
  return { ...one, isHostNetwork, allowedBy: { kind: "policies", names } };
}
