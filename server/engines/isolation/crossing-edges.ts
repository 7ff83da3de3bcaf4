import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import type { PortSet } from "#server/engines/reachability/port-set.ts";
import type { AllowedBy, Reachability } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";

/** A connection between workloads of different owners, one of them at least a tenant. */
export interface CrossingEdge {
  from: Side;
  to: Side;
  /** As the text form writes them, e.g. `TCP 5432`. */
  ports: string;
}

export interface Side {
  owner: Owner;
  environment: string | null;
  namespace: string;
  /** `namespace/name[Kind]`. */
  workload: string;
  isHostNetwork: boolean;
  allowedBy: AllowedBy;
}

/**
 * Every edge that crosses a tenant's border within a cluster, sorted. Platform namespaces are no
 * neighbours, so edges with them are left out; so is what goes outside the cluster.
 */
export function crossingEdges(reach: Reachability, tenancy: ClusterTenancy): CrossingEdge[] {
  const found = new Map<string, CrossingEdge & { set: PortSet }>();
  for (const edge of reach.edges()) {
    if (edge.from.kind !== "pods" || edge.to.kind !== "pods") continue;
    const from = tenancy.ownerOf(edge.from.class.namespace);
    const to = tenancy.ownerOf(edge.to.class.namespace);
    if (!crosses(from, to)) continue;
    const why = reach.whyAllowed(edge);
    for (const source of edge.from.class.workloads) {
      for (const target of edge.to.class.workloads) {
        const key = `${source}|${target}`;
        const same = found.get(key);
        const set = same ? same.set.union(edge.ports) : edge.ports;
        found.set(key, {
          from: side(tenancy, edge.from.class, { owner: from, workload: source, why: why.egress }),
          to: side(tenancy, edge.to.class, { owner: to, workload: target, why: why.ingress }),
          ports: String(set),
          set,
        });
      }
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { from, to, ports }]) => ({ from, to, ports }));
}

function crosses(from: Owner, to: Owner): boolean {
  if (from.kind === "platform" || to.kind === "platform") return false;
  if (from.kind === "tenant" && to.kind === "tenant") return from.tenant !== to.tenant;
  return from.kind !== to.kind;
}

function side(
  tenancy: ClusterTenancy,
  podClass: PodClass,
  { owner, workload, why }: { owner: Owner; workload: string; why: AllowedBy },
): Side {
  return {
    owner,
    environment: tenancy.owners.get(podClass.namespace)?.environment ?? null,
    namespace: podClass.namespace,
    workload,
    isHostNetwork: podClass.isHostNetwork,
    allowedBy: why,
  };
}
