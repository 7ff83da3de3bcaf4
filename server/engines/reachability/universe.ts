import { IndexSet } from "./index-set.ts";
import { contains, type IpRange, parseAddress, parseCidr } from "./ip-range.ts";
import { LabelIndex } from "./label-index.ts";
import { type LabelSelector, type Labels, matchesSelector, selectorKey } from "./label-selector.ts";
import type { Namespace, Node, Pod } from "./model.ts";
import { KnownClass, type Traits, traitsOf } from "./pod-classes.ts";

/** The API server sets this label on every namespace, also where no manifest does. */
const NAME_LABEL = "kubernetes.io/metadata.name";

interface KnownNamespace {
  name: string;
  labels: Labels;
  classes: Set<KnownClass>;
}

export type Membership = "yes" | "no" | "maybe";

/** The classes that one selector of a policy means; several policies share it. */
export interface PeerSet {
  readonly key: string;
  /** Narrowed to one namespace, or null. */
  readonly namespace: string | null;
  sure: IndexSet;
  /** Those of which nobody can tell: their node or address is not known. */
  maybe: IndexSet;
  readonly test: (podClass: KnownClass) => Membership;
}

interface UniverseOptions {
  /** Label keys that tell pods apart; null for all. */
  counting: readonly string[] | null;
  /** CIDRs that policies with tiers name: they also hold for pods' addresses. */
  networks: readonly string[];
  nodes: readonly Node[];
}

/** The classes of pods of a cluster by their namespaces and labels, and what selectors mean there. */
export class Universe {
  readonly #namespaces = new Map<string, KnownNamespace>();
  readonly #namespaceIndex = new LabelIndex<KnownNamespace>();
  readonly #classIndex = new LabelIndex<KnownClass>();
  readonly #byKey = new Map<string, KnownClass>();
  readonly #classes: (KnownClass | undefined)[] = [];
  readonly #peerSets = new Map<string, PeerSet>();
  readonly #ownSets = new Map<string, Set<PeerSet>>();
  readonly #sharedSets = new Set<PeerSet>();
  readonly #options: UniverseOptions;
  readonly #networks: readonly { cidr: string; range: IpRange }[];
  readonly #nodes: ReadonlyMap<string, Node>;
  #live = IndexSet.empty;

  constructor(namespaces: readonly Namespace[], pods: readonly Pod[], options: UniverseOptions) {
    this.#options = options;
    this.#networks = options.networks.flatMap((cidr) => {
      const range = parseCidr(cidr);
      return range ? [{ cidr, range }] : [];
    });
    this.#nodes = new Map(options.nodes.map((node) => [node.name, node]));
    for (const each of namespaces) this.putNamespace(each);
    const byKey = new Map<string, { traits: Traits; pods: Pod[] }>();
    for (const pod of pods) {
      const traits = this.#traitsOf(pod);
      const same = byKey.get(traits.key);
      if (same) same.pods.push(pod);
      else byKey.set(traits.key, { traits, pods: [pod] });
    }
    // In the order of what makes them, so that the order of files never shows in an answer.
    const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, { traits, pods: members }] of sorted) {
      const [first] = members as [Pod];
      const made = this.#add(first, traits);
      for (const pod of members) made.join(pod);
    }
    this.#live = IndexSet.below(this.#classes.length);
  }

  /** All classes there are. */
  get live(): IndexSet {
    return this.#live;
  }

  /** One more than the highest index ever given. */
  get width(): number {
    return this.#classes.length;
  }

  get classes(): KnownClass[] {
    return this.#classes.filter((each) => each !== undefined);
  }

  readonly find = (index: number): KnownClass | undefined => this.#classes[index];

  classesOf(namespace: string): readonly KnownClass[] {
    return [...(this.#namespaces.get(namespace)?.classes ?? [])];
  }

  classOf(pod: Pod): KnownClass | undefined {
    return this.#byKey.get(this.#traitsOf(pod).key);
  }

  /** The class of a pod that comes, made when there was none. Peer sets do not know a new one yet. */
  addClass(pod: Pod): { podClass: KnownClass; isNew: boolean } {
    const traits = this.#traitsOf(pod);
    const found = this.#byKey.get(traits.key);
    if (found) return { podClass: found, isNew: false };
    const podClass = this.#add(pod, traits);
    this.#live = this.#live.union(IndexSet.of([podClass.index]));
    return { podClass, isNew: true };
  }

  removeClass(podClass: KnownClass): void {
    this.#byKey.delete(podClass.traits.key);
    this.#classes[podClass.index] = undefined;
    this.#classIndex.remove(podClass.labels, podClass);
    this.#namespaces.get(podClass.namespace)?.classes.delete(podClass);
    this.#live = this.#live.minus(IndexSet.of([podClass.index]));
  }

  /** What it is made of now. */
  facts(): { namespaces: Namespace[]; pods: Pod[] } {
    return {
      namespaces: [...this.#namespaces.values()].map(({ name, labels }) => ({ name, labels })),
      pods: this.classes.flatMap(({ pods }) => pods),
    };
  }

  putNamespace({ name, labels }: Namespace): void {
    const found = this.#namespaces.get(name);
    const withName = { ...labels, [NAME_LABEL]: name };
    if (found) this.#namespaceIndex.remove(found.labels, found);
    const entry = found ?? { name, labels: withName, classes: new Set() };
    entry.labels = withName;
    this.#namespaces.set(name, entry);
    this.#namespaceIndex.add(withName, entry);
  }

  /** Pods of one namespace. */
  own(namespace: string, selector: LabelSelector): PeerSet {
    const key = `own|${namespace}|${selectorKey(selector)}`;
    return this.#peerSet(key, namespace, {
      test: (each) =>
        each.namespace === namespace && matchesSelector(selector, each.labels) ? "yes" : "no",
      candidates: () => this.#namespaces.get(namespace)?.classes ?? [],
    });
  }

  /** Pods of all namespaces that match; those on a node's network only where the kind of policy means them. */
  across(
    namespaceSelector: LabelSelector,
    podSelector: LabelSelector,
    { hostNetwork }: { hostNetwork: boolean },
  ): PeerSet {
    const key = `${hostNetwork ? "any" : "tier"}|${selectorKey(namespaceSelector)}|${selectorKey(podSelector)}`;
    return this.#peerSet(key, null, {
      test: (each) =>
        (hostNetwork || !each.isHostNetwork) &&
        matchesSelector(namespaceSelector, this.#namespaces.get(each.namespace)?.labels ?? {}) &&
        matchesSelector(podSelector, each.labels)
          ? "yes"
          : "no",
      candidates: () => this.#across(namespaceSelector, podSelector),
    });
  }

  /** Pods on the network of the nodes that match. */
  onNodes(selector: LabelSelector): PeerSet {
    return this.#peerSet(`node|${selectorKey(selector)}`, null, {
      test: ({ isHostNetwork, traits }) => {
        if (!isHostNetwork) return "no";
        const node = traits.node === null ? undefined : this.#nodes.get(traits.node);
        if (!node) return "maybe";
        return matchesSelector(selector, node.labels) ? "yes" : "no";
      },
      candidates: () => this.classes,
    });
  }

  /** Addresses of the nodes that match. */
  nodeAddresses(selector: LabelSelector): string[] {
    return [...this.#nodes.values()]
      .filter(({ labels }) => matchesSelector(selector, labels))
      .flatMap(({ addresses }) => addresses);
  }

  /** Pods whose addresses are in a network. */
  inNetwork(cidr: string): PeerSet {
    const at = this.#networks.findIndex((each) => each.cidr === cidr);
    return this.#peerSet(`net|${cidr}`, null, {
      test: ({ traits }) =>
        traits.networks[at] === "1" ? "yes" : traits.networks[at] === "0" ? "no" : "maybe",
      candidates: () => this.classes,
    });
  }

  everyone(): PeerSet {
    return this.#peerSet("everyone", null, { test: () => "yes", candidates: () => this.classes });
  }

  knowsNetwork(cidr: string): boolean {
    return this.#networks.some((each) => each.cidr === cidr);
  }

  /** Sets of pods of one namespace. */
  ownSets(namespace: string): Iterable<PeerSet> {
    return this.#ownSets.get(namespace) ?? [];
  }

  /** Sets that may hold pods of any namespace. */
  sharedSets(): Iterable<PeerSet> {
    return this.#sharedSets;
  }

  forget(set: PeerSet): void {
    this.#peerSets.delete(set.key);
    this.#sharedSets.delete(set);
    if (set.namespace !== null) this.#ownSets.get(set.namespace)?.delete(set);
  }

  #peerSet(
    key: string,
    namespace: string | null,
    how: { test: PeerSet["test"]; candidates: () => Iterable<KnownClass> },
  ): PeerSet {
    const known = this.#peerSets.get(key);
    if (known) return known;
    const sure: number[] = [];
    const maybe: number[] = [];
    for (const each of how.candidates()) {
      const membership = how.test(each);
      if (membership === "yes") sure.push(each.index);
      else if (membership === "maybe") maybe.push(each.index);
    }
    const set = {
      key,
      namespace,
      test: how.test,
      sure: IndexSet.of(sure),
      maybe: IndexSet.of(maybe),
    };
    this.#peerSets.set(key, set);
    if (namespace === null) this.#sharedSets.add(set);
    else {
      const own = this.#ownSets.get(namespace);
      if (own) own.add(set);
      else this.#ownSets.set(namespace, new Set([set]));
    }
    return set;
  }

  /** Looks from the side, namespaces or labels, that leaves fewer to look at. */
  *#across(namespaceSelector: LabelSelector, podSelector: LabelSelector): Generator<KnownClass> {
    const byLabel = this.#classIndex.candidates(podSelector);
    const spaces = this.#namespaceIndex.candidates(namespaceSelector);
    if (byLabel && (!spaces || byLabel.size <= spaces.size)) {
      yield* byLabel.items;
      return;
    }
    for (const each of spaces?.items ?? this.#namespaces.values()) {
      if (matchesSelector(namespaceSelector, each.labels)) yield* each.classes;
    }
  }

  #add(pod: Pod, traits: Traits): KnownClass {
    const made = new KnownClass(this.#classes.length, pod, traits);
    this.#classes.push(made);
    this.#byKey.set(traits.key, made);
    this.#classIndex.add(made.labels, made);
    if (!this.#namespaces.has(pod.namespace))
      this.putNamespace({ name: pod.namespace, labels: {} });
    this.#namespaces.get(pod.namespace)?.classes.add(made);
    return made;
  }

  #traitsOf(pod: Pod): Traits {
    return traitsOf(pod, this.#options.counting, (each) =>
      this.#networks.map(({ range }) => membershipIn(range, each)).join(""),
    );
  }
}

/** A pod without a known address has one all the same: everything IPv4 is where it is. */
function membershipIn(range: IpRange, { addresses, isHostNetwork }: Pod): "1" | "0" | "?" {
  if (!addresses || addresses.length === 0) {
    const isWhole = range.family === 4 && range.from === 0n && range.to === 2n ** 32n - 1n;
    return isWhole && !isHostNetwork ? "1" : "?";
  }
  const inside = addresses.filter((text) => {
    const address = parseAddress(text);
    return address !== undefined && contains(range, address);
  });
  return inside.length === addresses.length ? "1" : inside.length === 0 ? "0" : "?";
}
