import { IndexSet } from "#server/engines/reachability/index-set.ts";
import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import type { PortSet } from "#server/engines/reachability/port-set.ts";
import type { Reachability } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";
import { type CrossingEdge, type CrossingLimits, ownerKey } from "./crossing-edges.ts";
import { type FoundEdge, mergedEdges, pairEdges } from "./pair-edges.ts";

/** What one class was when it was last looked at. */
interface Member {
  namespace: string;
  party: string;
  /** Keys of the edges with each of the others, where this class is the source. */
  outward: Map<number, readonly string[]>;
  /** Sources of edges to this class. */
  inward: Set<number>;
}

interface Party {
  set: IndexSet;
  /** Connections of classes with one of them at an end. */
  listed: number;
}

/**
 * The crossing edges of a cluster, kept from one change to the next: only the rows of the classes that a
 * change is about are made anew. Says what `crossings` says as long as nothing has to be left off a list;
 * with more than that, nothing is kept.
 */
export class KeptCrossings {
  readonly #reach: Reachability;
  readonly #tenancy: ClusterTenancy;
  readonly #limits: CrossingLimits;
  readonly #members: Map<number, Member>;
  readonly #parties: Map<string, Party>;
  readonly #places: Map<string, Place>;
  /** By key; of one key there are several where a workload is of several classes. */
  readonly #found: Map<string, Contribution[]>;
  #neighbours: IndexSet;
  #sorted: readonly Listed[];
  #isFull = false;
  readonly #dirty = new Set<string>();

  private constructor(
    reach: Reachability,
    tenancy: ClusterTenancy,
    { limits, last }: { limits: CrossingLimits; last: KeptCrossings | null },
  ) {
    this.#reach = reach;
    this.#tenancy = tenancy;
    this.#limits = limits;
    this.#members = last ? last.#members : new Map();
    this.#parties = last ? last.#parties : new Map();
    this.#places = last ? last.#places : new Map();
    this.#found = last ? last.#found : new Map();
    this.#neighbours = last ? last.#neighbours : IndexSet.empty;
    this.#sorted = last ? last.#sorted : [];
  }

  /** Null when there are more than the limits let be listed. */
  static begin(
    reach: Reachability,
    tenancy: ClusterTenancy,
    limits: CrossingLimits,
  ): KeptCrossings | null {
    const kept = new KeptCrossings(reach, tenancy, { limits, last: null });
    const all = reach.classes.map(({ index }) => index);
    for (const index of all) kept.#enter(index);
    kept.#gather(all);
    kept.#look(all, { withInward: false });
    return kept.#isFull ? null : kept;
  }

  /**
   * After a change that is about these classes, also ones that are gone. What it was before is not valid
   * any more. Null when there are more edges now than the limits let be listed.
   */
  follow(
    reach: Reachability,
    tenancy: ClusterTenancy,
    touched: Iterable<number>,
  ): KeptCrossings | null {
    const next = new KeptCrossings(reach, tenancy, { limits: this.#limits, last: this });
    for (const key of this.#dirty) next.#dirty.add(key);
    const about = new Set([...touched, ...next.#moved()]);
    for (const index of about) next.#leave(index);
    const live = [...about].filter((index) => reach.classAt(index));
    for (const index of live) next.#enter(index);
    next.#neighbours = next.#neighbours.minus(IndexSet.of(about));
    next.#gather(live);
    next.#look(live, { withInward: true });
    return next.#isFull ? null : next;
  }

  /** Sorted by source, then destination. */
  edges(): readonly CrossingEdge[] {
    if (this.#dirty.size === 0) return this.#sorted.map(({ edge }) => edge);
    const fresh: Listed[] = [];
    for (const key of [...this.#dirty].sort()) {
      const all = this.#found.get(key) ?? [];
      const merged = all.reduce<FoundEdge | undefined>(
        (sum, { edge }) => mergedEdges(sum, edge),
        undefined,
      );
      if (merged) fresh.push({ key, edge: { ...merged, ports: String(merged.ports) } });
    }
    this.#sorted = inOrder(
      this.#sorted.filter(({ key }) => !this.#dirty.has(key)),
      fresh,
    );
    this.#dirty.clear();
    return this.#sorted.map(({ edge }) => edge);
  }

  /** Classes of namespaces that have another owner or environment than they had. */
  #moved(): number[] {
    const moved: number[] = [];
    for (const [namespace, { text, classes }] of this.#places) {
      if (text !== placeText(this.#tenancy, namespace)) moved.push(...classes);
    }
    return moved;
  }

  #enter(index: number): void {
    const found = this.#reach.classAt(index);
    if (!found) return;
    const { namespace } = found;
    const place = this.#places.get(namespace) ?? { text: "", classes: new Set() };
    place.text = placeText(this.#tenancy, namespace);
    place.classes.add(index);
    this.#places.set(namespace, place);
    const owner = this.#tenancy.ownerOf(namespace);
    if (owner.kind === "platform") return;
    const party = ownerKey(owner);
    this.#members.set(index, { namespace, party, outward: new Map(), inward: new Set() });
  }

  /** Puts members into the sets of their owners, an owner at a time. */
  #gather(indexes: readonly number[]): void {
    const byParty = new Map<string, number[]>();
    for (const index of indexes) {
      const member = this.#members.get(index);
      if (!member) continue;
      const same = byParty.get(member.party);
      if (same) same.push(index);
      else byParty.set(member.party, [index]);
    }
    const come: number[] = [];
    for (const [key, members] of byParty) {
      const party = this.#parties.get(key) ?? { set: IndexSet.empty, listed: 0 };
      party.set = party.set.union(IndexSet.of(members));
      this.#parties.set(key, party);
      for (const index of members) come.push(index);
    }
    this.#neighbours = this.#neighbours.union(IndexSet.of(come));
  }

  #leave(index: number): void {
    const member = this.#members.get(index);
    for (const [namespace, { classes }] of this.#placesOf(index, member)) {
      classes.delete(index);
      if (classes.size === 0) this.#places.delete(namespace);
    }
    if (!member) return;
    for (const [target, keys] of member.outward) this.#drop(index, target, keys);
    for (const source of member.inward) {
      this.#drop(source, index, this.#members.get(source)?.outward.get(index) ?? []);
    }
    const party = this.#parties.get(member.party);
    if (party) party.set = party.set.minus(IndexSet.of([index]));
    this.#members.delete(index);
  }

  /** Of a class of the platform only a walk tells where it was: that is a namespace in some. */
  #placesOf(index: number, member: Member | undefined): [string, Place][] {
    if (member) {
      const place = this.#places.get(member.namespace);
      return place ? [[member.namespace, place]] : [];
    }
    return [...this.#places].filter(([, { classes }]) => classes.has(index));
  }

  #drop(source: number, target: number, keys: readonly string[]): void {
    for (const key of keys) {
      const left = this.#found
        .get(key)
        ?.filter((each) => each.source !== source || each.target !== target);
      if (left && left.length > 0) this.#found.set(key, left);
      else this.#found.delete(key);
      this.#dirty.add(key);
    }
    for (const [index, side] of [
      [source, "outward"],
      [target, "inward"],
    ] as const) {
      const member = this.#members.get(index);
      member?.[side].delete(side === "outward" ? target : source);
      const party = member && this.#parties.get(member.party);
      if (party) party.listed -= 1;
    }
  }

  #look(indexes: readonly number[], { withInward }: { withInward: boolean }): void {
    const asked = new Set(indexes);
    const byParty = new Map<string, number[]>();
    for (const index of indexes) {
      const member = this.#members.get(index);
      if (member) byParty.set(member.party, [...(byParty.get(member.party) ?? []), index]);
    }
    for (const [key, members] of [...byParty].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const others = this.#neighbours.minus(this.#parties.get(key)?.set ?? IndexSet.empty);
      for (const index of members) {
        const own = this.#reach.classAt(index);
        if (!own) continue;
        for (const { peers, ports, uncertain } of this.#reach.outwardOf(own, others).blocks) {
          for (const peer of peers) {
            const target = this.#reach.classAt(peer);
            if (target) this.#list({ source: own, target, ports, uncertain });
            if (this.#isFull) return;
          }
        }
      }
      if (!withInward) continue;
      for (const index of members) {
        const own = this.#reach.classAt(index);
        if (!own) continue;
        for (const { peers, ports, uncertain } of this.#reach.inwardOf(own, others).blocks) {
          for (const peer of peers) {
            const source = asked.has(peer) ? undefined : this.#reach.classAt(peer);
            if (source) this.#list({ source, target: own, ports, uncertain });
            if (this.#isFull) return;
          }
        }
      }
    }
  }

  #list(pair: { source: PodClass; target: PodClass; ports: PortSet; uncertain: PortSet }): void {
    const { source, target } = pair;
    const [from, to] = [this.#members.get(source.index), this.#members.get(target.index)];
    if (!from || !to) return;
    const ends = { source: source.index, target: target.index };
    const edges = pairEdges(this.#reach, this.#tenancy, pair);
    for (const [key, edge] of edges) {
      const same = this.#found.get(key);
      if (same) same.push({ ...ends, edge });
      else this.#found.set(key, [{ ...ends, edge }]);
      this.#dirty.add(key);
    }
    from.outward.set(
      target.index,
      edges.map(([key]) => key),
    );
    to.inward.add(source.index);
    for (const { party } of [from, to]) {
      const known = this.#parties.get(party);
      if (!known) continue;
      known.listed += 1;
      if (known.listed >= this.#limits.ofTenant) this.#isFull = true;
    }
    if (this.#found.size >= this.#limits.inAll) this.#isFull = true;
  }
}

interface Place {
  text: string;
  classes: Set<number>;
}

/** What one pair of classes adds to an edge. */
interface Contribution {
  source: number;
  target: number;
  edge: FoundEdge;
}

interface Listed {
  key: string;
  edge: CrossingEdge;
}

/** Whose a namespace is, and of which environment: what edges are told by. */
function placeText(tenancy: ClusterTenancy, namespace: string): string {
  const owner: Owner = tenancy.ownerOf(namespace);
  return `${ownerKey(owner)} ${tenancy.owners.get(namespace)?.environment ?? ""}`;
}

function inOrder(old: readonly Listed[], fresh: readonly Listed[]): Listed[] {
  const all: Listed[] = [];
  let at = 0;
  for (const each of old) {
    for (let next = fresh[at]; next && next.key < each.key; next = fresh[++at]) all.push(next);
    all.push(each);
  }
  return [...all, ...fresh.slice(at)];
}
