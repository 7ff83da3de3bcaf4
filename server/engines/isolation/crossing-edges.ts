import { IndexSet } from "#server/engines/reachability/index-set.ts";
import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import type { PortSet } from "#server/engines/reachability/port-set.ts";
import type { AllowedBy, Reachability, Row } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";
import { type FoundEdge, mergedEdges, pairEdges } from "./pair-edges.ts";

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
  const owners = ownersOf(reach, tenancy);
  const neighbours = owners.reduce((all, { set }) => all.union(set), IndexSet.empty);
  const list = new EdgeList(reach, tenancy, { limits, owners, neighbours });
  for (const each of owners) {
    const others = neighbours.minus(each.set);
    for (const index of each.set) {
      const source = reach.classAt(index);
      if (source) list.add(each, reach.outwardOf(source, others));
    }
  }
  return { edges: list.edges(), unlisted: list.unlisted() };
}

/** The edges alone, all of them: for a cluster that is known to be small. */
export function crossingEdges(reach: Reachability, tenancy: ClusterTenancy): CrossingEdge[] {
  const all = Number.POSITIVE_INFINITY;
  return [...crossings(reach, tenancy, { ofTenant: all, inAll: all, atLeast: all }).edges];
}

/** One that may be a neighbour, with its classes; and how many connections were listed for it. */
interface Party {
  owner: Owner;
  set: IndexSet;
  listed: number;
  outward: number;
}

function ownersOf(reach: Reachability, tenancy: ClusterTenancy): Party[] {
  const found = new Map<string, { owner: Owner; members: number[] }>();
  for (const { namespace, index } of reach.classes) {
    const owner = tenancy.ownerOf(namespace);
    if (owner.kind === "platform") continue;
    const same = found.get(ownerKey(owner));
    if (same) same.members.push(index);
    else found.set(ownerKey(owner), { owner, members: [index] });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { owner, members }]) => ({ owner, set: IndexSet.of(members), listed: 0, outward: 0 }));
}

/** Equal for the same owner. */
export function ownerKey(owner: Owner): string {
  return owner.kind === "tenant" ? `tenant ${owner.tenant}` : owner.kind;
}

class EdgeList {
  readonly #reach: Reachability;
  readonly #tenancy: ClusterTenancy;
  readonly #limits: CrossingLimits;
  readonly #parties: ReadonlyMap<string, Party>;
  readonly #neighbours: IndexSet;
  readonly #found = new Map<string, FoundEdge>();
  /** Classes of those that still have room: with them every connection is listed. */
  #room: IndexSet;
  #isFull = false;

  constructor(
    reach: Reachability,
    tenancy: ClusterTenancy,
    more: { limits: CrossingLimits; owners: readonly Party[]; neighbours: IndexSet },
  ) {
    this.#reach = reach;
    this.#tenancy = tenancy;
    this.#limits = more.limits;
    this.#parties = new Map(more.owners.map((party) => [ownerKey(party.owner), party]));
    this.#neighbours = more.neighbours;
    this.#room = more.neighbours;
  }

  /** Every turn of the loops lists a connection, so that what is only counted costs nothing. */
  add(party: Party, { class: source, blocks }: Row): void {
    for (const { peers, ports, uncertain } of blocks) {
      party.outward += peers.size;
      let reached = -1;
      if (this.#hasRoom(party)) {
        for (const index of peers) {
          reached = index;
          this.#list(party, source, { index, ports, uncertain });
          if (!this.#hasRoom(party)) break;
        }
      }
      if (this.#hasRoom(party)) continue;
      for (const index of peers.intersect(this.#room)) {
        if (index > reached && this.#room.has(index)) {
          this.#list(party, source, { index, ports, uncertain });
        }
      }
    }
  }

  edges(): CrossingEdge[] {
    return [...this.#found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { from, to, ports, isUncertain }]) => {
        return { from, to, ports: String(ports), isUncertain };
      });
  }

  unlisted(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const party of this.#parties.values()) {
      const { owner, set, listed, outward } = party;
      if (owner.kind !== "tenant" || this.#hasRoom(party)) continue;
      const others = this.#neighbours.minus(set);
      let all = outward;
      for (const index of set) {
        const target = this.#reach.classAt(index);
        if (!target) continue;
        for (const { peers } of this.#reach.inwardOf(target, others).blocks) all += peers.size;
      }
      if (all > listed) counts.set(owner.tenant, all - listed);
    }
    return counts;
  }

  #list(
    party: Party,
    source: PodClass,
    { index, ports, uncertain }: { index: number; ports: PortSet; uncertain: PortSet },
  ): void {
    const target = this.#reach.classAt(index);
    const other = target && this.#parties.get(ownerKey(this.#tenancy.ownerOf(target.namespace)));
    if (!other) return;
    for (const [key, edge] of pairEdges(this.#reach, this.#tenancy, {
      source,
      target,
      ports,
      uncertain,
    })) {
      this.#found.set(key, mergedEdges(this.#found.get(key), edge));
    }
    for (const each of [party, other]) {
      each.listed += 1;
      this.#narrow(each);
    }
    if (this.#isFull || this.#found.size < this.#limits.inAll) return;
    this.#isFull = true;
    for (const each of this.#parties.values()) this.#narrow(each);
  }

  #narrow(party: Party): void {
    if (!this.#hasRoom(party)) this.#room = this.#room.minus(party.set);
  }

  #hasRoom({ owner, listed }: Party): boolean {
    if (owner.kind === "tenant" && listed < this.#limits.atLeast) return true;
    return !this.#isFull && listed < this.#limits.ofTenant;
  }
}
