import { IndexSet } from "#server/engines/reachability/index-set.ts";
import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import { PortSet } from "#server/engines/reachability/port-set.ts";
import type { AllowedBy, Reachability, Row } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";

/** A connection between workloads of different owners, one of them at least a tenant. */
export interface CrossingEdge {
  from: Side;
  to: Side;
  /** As the text form writes them, e.g. `TCP 5432`. */
  ports: string;
  /** Nobody can tell whether any of them is allowed: the policies or the facts leave it open. */
  isUncertain: boolean;
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

export interface Crossings {
  /** Sorted by source, then destination. */
  edges: readonly CrossingEdge[];
  /** For a tenant with more edges than are listed: how many are not, in connections of alike workloads. */
  unlisted: ReadonlyMap<string, number>;
}

/** How many edges are listed: each is read by people, and a cluster without policies has billions. */
export interface CrossingLimits {
  ofTenant: number;
  inAll: number;
  /** So many a tenant gets also where all are too many. */
  atLeast: number;
}

export const CROSSING_LIMITS: CrossingLimits = { ofTenant: 20_000, inAll: 200_000, atLeast: 100 };

/**
 * Every edge that crosses a tenant's border within a cluster. Platform namespaces are no neighbours, so
 * edges with them are left out; so is what goes outside the cluster. Found by sets, one owner's classes
 * against all others' at once; beyond the limits edges are counted, not listed.
 */
export function crossings(
  reach: Reachability,
  tenancy: ClusterTenancy,
  limits: CrossingLimits = CROSSING_LIMITS,
): Crossings {
  const owned = new Map<string, { owner: Owner; classes: PodClass[] }>();
  for (const each of reach.classes) {
    const owner = tenancy.ownerOf(each.namespace);
    const key = keyOf(owner);
    const same = owned.get(key);
    if (same) same.classes.push(each);
    else owned.set(key, { owner, classes: [each] });
  }
  const setOf = (classes: readonly PodClass[]) => IndexSet.of(classes.map(({ index }) => index));
  const neighbours = setOf(
    [...owned.values()].flatMap(({ owner, classes }) => (owner.kind === "platform" ? [] : classes)),
  );
  const list = new EdgeList(reach, tenancy, limits);
  for (const { owner, classes } of owned.values()) {
    if (owner.kind === "platform") continue;
    const others = neighbours.minus(setOf(classes));
    for (const each of classes) list.add(owner, reach.outwardOf(each, others));
  }
  return list.done();
}

/** The edges alone, all of them. */
export function crossingEdges(reach: Reachability, tenancy: ClusterTenancy): CrossingEdge[] {
  const all = Number.POSITIVE_INFINITY;
  return [...crossings(reach, tenancy, { ofTenant: all, inAll: all, atLeast: all }).edges];
}

class EdgeList {
  readonly #reach: Reachability;
  readonly #tenancy: ClusterTenancy;
  readonly #limits: CrossingLimits;
  readonly #found = new Map<string, CrossingEdge & { ports: string; set: PortSet }>();
  readonly #listed = new Map<string, number>();
  readonly #unlisted = new Map<string, number>();

  constructor(reach: Reachability, tenancy: ClusterTenancy, limits: CrossingLimits) {
    this.#reach = reach;
    this.#tenancy = tenancy;
    this.#limits = limits;
  }

  add(owner: Owner, { class: source, blocks }: Row): void {
    for (const { peers, ports, uncertain } of blocks) {
      let left = peers.size;
      for (const index of peers) {
        const target = this.#reach.classAt(index);
        if (!target) continue;
        const other = this.#tenancy.ownerOf(target.namespace);
        if (!this.#hasRoom(owner, other)) {
          if (this.#found.size >= this.#limits.inAll && !this.#isFew(owner)) break;
          this.#count(this.#unlisted, [owner, other], 1);
          left -= 1;
          continue;
        }
        left -= 1;
        const edge = {
          from: { kind: "pods", class: source },
          to: { kind: "pods", class: target },
          ports,
          uncertain,
        } as const;
        const why = this.#reach.whyAllowed(edge);
        const isUncertain = ports.minus(uncertain).isEmpty;
        for (const from of source.workloads) {
          for (const to of target.workloads) {
            this.#put(
              this.#side(source, { owner, workload: from, why: why.egress }),
              this.#side(target, { owner: other, workload: to, why: why.ingress }),
              { ports, isUncertain },
            );
          }
        }
      }
      // What is left when all lists are full is counted by its size, for its own side.
      if (left > 0) this.#count(this.#unlisted, [owner], left);
    }
  }

  done(): Crossings {
    const edges = [...this.#found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { from, to, set, isUncertain }]) => ({
        from,
        to,
        ports: String(set),
        isUncertain,
      }));
    return { edges, unlisted: this.#unlisted };
  }

  #put(from: Side, to: Side, { ports, isUncertain }: { ports: PortSet; isUncertain: boolean }) {
    const key = `${from.workload}|${to.workload}`;
    const same = this.#found.get(key);
    if (!same) this.#count(this.#listed, [from.owner, to.owner], 1);
    const set = same ? same.set.union(ports) : ports;
    this.#found.set(key, {
      from: same ? joined(same.from, from) : from,
      to: same ? joined(same.to, to) : to,
      ports: "",
      set,
      isUncertain: isUncertain && (same?.isUncertain ?? true),
    });
  }

  #hasRoom(...owners: Owner[]): boolean {
    const { ofTenant, inAll } = this.#limits;
    if (owners.some((owner) => this.#isFew(owner))) return true;
    return (
      this.#found.size < inAll &&
      owners.some((owner) => (this.#listed.get(keyOf(owner)) ?? 0) < ofTenant)
    );
  }

  #isFew(owner: Owner): boolean {
    return owner.kind === "tenant" && (this.#listed.get(keyOf(owner)) ?? 0) < this.#limits.atLeast;
  }

  #count(into: Map<string, number>, owners: readonly Owner[], by: number): void {
    for (const owner of owners) into.set(keyOf(owner), (into.get(keyOf(owner)) ?? 0) + by);
  }

  #side(
    podClass: PodClass,
    { owner, workload, why }: { owner: Owner; workload: string; why: AllowedBy },
  ): Side {
    return {
      owner,
      environment: this.#tenancy.owners.get(podClass.namespace)?.environment ?? null,
      namespace: podClass.namespace,
      workload,
      isHostNetwork: podClass.isHostNetwork,
      allowedBy: why,
    };
  }
}
