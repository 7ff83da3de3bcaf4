import { Bitset } from "./bitset.ts";
import { atomicRanges, contains, type IpRange, parseCidr } from "./ip-range.ts";
import { type LabelSelector, matchesSelector, selectorKey } from "./label-selector.ts";
import type { ClusterFacts, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from "./model.ts";
import { type PodClass, podClasses } from "./pod-classes.ts";
import { PortSet } from "./port-set.ts";

/** A peer of an edge: a class of pods, or a range of outside addresses. */
export type Peer = { kind: "pods"; class: PodClass } | { kind: "external"; range: IpRange };

export interface Edge {
  from: Peer;
  to: Peer;
  ports: PortSet;
}

export interface Reachability {
  classes: readonly PodClass[];
  externals: readonly IpRange[];
  /** Allowed connections between distinct peers, and within a class of several pods. */
  edges(): Generator<Edge>;
  /** The policies that isolate a class in a direction, as `namespace/name`. */
  isolatingPolicies(podClass: PodClass, direction: Direction): string[];
  /** Why an edge is there, on each side of it. */
  whyAllowed(edge: Edge): { egress: AllowedBy; ingress: AllowedBy };
}

/** The policies that let an edge through, as sorted `namespace/name`, or that none isolates there. */
export type AllowedBy =
  | { kind: "policies"; names: readonly string[] }
  | { kind: "not-isolated" }
  | { kind: "external" };

export type Direction = "ingress" | "egress";

/** What one rule lets through: these peers, on these ports. */
interface Grant {
  peers: Bitset;
  rule: PolicyRule;
  policy: NetworkPolicy;
}

/**
 * NetworkPolicy reachability (networking.k8s.io/v1): an edge is what the source's egress and the
 * destination's ingress both allow; policies add up; a pod is isolated in a direction as soon as
 * one policy of that direction selects it. Throws `RangeError` naming a malformed CIDR.
 */
export function computeReachability(facts: ClusterFacts): Reachability {
  const classes = podClasses(facts);
  const externals = externalRanges(facts.policies);
  const universe = new Universe(facts, classes, externals);
  const ingress = classes.map((each) => universe.grants(each, "ingress"));
  const egress = classes.map((each) => universe.grants(each, "egress"));

  const allowed = (
    grants: readonly Grant[] | "not isolated" | undefined,
    peer: number,
    destination: PodClass | undefined,
  ): PortSet => {
    if (grants === "not isolated" || grants === undefined) return PortSet.all;
    let ports = PortSet.none;
    for (const grant of grants) {
      if (grant.peers.has(peer)) ports = ports.union(portsOf(grant.rule.ports, destination));
      if (ports.isAll) break;
    }
    return ports;
  };

  const allowedBy = (
    grants: readonly Grant[] | "not isolated" | undefined,
    peer: number,
    ports: PortSet,
    destination: PodClass | undefined,
  ): AllowedBy => {
    if (grants === undefined) return { kind: "external" };
    if (grants === "not isolated") return { kind: "not-isolated" };
    const names = grants.flatMap(({ peers, rule, policy }) =>
      peers.has(peer) && !portsOf(rule.ports, destination).intersect(ports).isEmpty
        ? [`${policy.namespace}/${policy.name}`]
        : [],
    );
    return { kind: "policies", names: [...new Set(names)].sort() };
  };
  const indexOf = (peer: Peer) =>
    peer.kind === "pods" ? peer.class.index : classes.length + externals.indexOf(peer.range);

  return {
    classes,
    externals,
    whyAllowed({ from, to, ports }) {
      const source = from.kind === "pods" ? egress[from.class.index] : undefined;
      const target = to.kind === "pods" ? ingress[to.class.index] : undefined;
      const destination = to.kind === "pods" ? to.class : undefined;
      return {
        egress: allowedBy(source, indexOf(to), ports, destination),
        ingress: allowedBy(target, indexOf(from), ports, destination),
      };
    },
    isolatingPolicies: (podClass, direction) =>
      universe.isolating(podClass, direction).map((policy) => `${policy.namespace}/${policy.name}`),
    *edges() {
      for (const source of classes) {
        const outbound = egress[source.index];
        for (const destination of classes) {
          const out = allowed(outbound, destination.index, destination);
          if (out.isEmpty) continue;
          const ports = out.intersect(
            allowed(ingress[destination.index], source.index, destination),
          );
          if (!ports.isEmpty) {
            yield {
              from: { kind: "pods", class: source },
              to: { kind: "pods", class: destination },
              ports,
            };
          }
        }
      }
      for (const [at, range] of externals.entries()) {
        const external = { kind: "external", range } as const;
        const peer = classes.length + at;
        for (const podClass of classes) {
          const pods = { kind: "pods", class: podClass } as const;
          const inward = allowed(ingress[podClass.index], peer, podClass);
          if (!inward.isEmpty) yield { from: external, to: pods, ports: inward };
          const outward = allowed(egress[podClass.index], peer, undefined);
          if (!outward.isEmpty) yield { from: pods, to: external, ports: outward };
        }
      }
    },
  };
}

/** Named ports are those of the destination pod, in both directions; an outside address has none. */
function portsOf(ports: readonly PolicyPort[], destination: PodClass | undefined): PortSet {
  if (ports.length === 0) return PortSet.all;
  let result = PortSet.none;
  for (const { protocol, port, endPort } of ports) {
    if (port === undefined) result = result.union(PortSet.protocol(protocol));
    else if (typeof port === "number")
      result = result.union(PortSet.range(protocol, port, endPort ?? port));
    else {
      for (const named of destination?.namedPorts ?? []) {
        if (named.name === port && named.protocol === protocol) {
          result = result.union(PortSet.range(protocol, named.port));
        }
      }
    }
  }
  return result;
}

function externalRanges(policies: readonly NetworkPolicy[]): IpRange[] {
  const cuts: IpRange[] = [];
  for (const policy of policies) {
    for (const rule of [...policy.ingress, ...policy.egress]) {
      for (const peer of rule.peers) {
        if (peer.kind === "ip")
          cuts.push(...[peer.cidr, ...peer.except].map((cidr) => rangeOf(cidr, policy)));
      }
    }
  }
  // IPv6 is shown only where a policy speaks of it: most clusters have none.
  return atomicRanges(cuts.some((cut) => cut.family === 6) ? [4, 6] : [4], cuts);
}

function rangeOf(cidr: string, policy: NetworkPolicy): IpRange {
  const range = parseCidr(cidr);
  if (!range)
    throw new RangeError(
      `NetworkPolicy ${policy.namespace}/${policy.name}: "${cidr}" is not a CIDR`,
    );
  return range;
}

/** Finds peers and policies; each distinct selector is resolved once. */
class Universe {
  readonly #classes: readonly PodClass[];
  readonly #externals: readonly IpRange[];
  readonly #size: number;
  readonly #namespaceLabels: Map<string, Readonly<Record<string, string>>>;
  readonly #classesByNamespace = new Map<string, PodClass[]>();
  readonly #policiesByNamespace = new Map<string, NetworkPolicy[]>();
  readonly #peersByKey = new Map<string, Bitset>();

  constructor(facts: ClusterFacts, classes: readonly PodClass[], externals: readonly IpRange[]) {
    this.#classes = classes;
    this.#externals = externals;
    this.#size = classes.length + externals.length;
    this.#namespaceLabels = new Map(facts.namespaces.map(({ name, labels }) => [name, labels]));
    for (const each of classes) pushInto(this.#classesByNamespace, each.namespace, each);
    for (const each of facts.policies) pushInto(this.#policiesByNamespace, each.namespace, each);
  }

  isolating(podClass: PodClass, direction: Direction): NetworkPolicy[] {
    return (this.#policiesByNamespace.get(podClass.namespace) ?? []).filter(
      (policy) =>
        (direction === "ingress" ? policy.isolatesIngress : policy.isolatesEgress) &&
        matchesSelector(policy.podSelector, podClass.labels),
    );
  }

  grants(podClass: PodClass, direction: Direction): Grant[] | "not isolated" {
    const policies = this.isolating(podClass, direction);
    if (policies.length === 0) return "not isolated";
    return policies.flatMap((policy) =>
      policy[direction].map((rule) => ({ rule, policy, peers: this.#peersOf(rule, policy) })),
    );
  }

  #peersOf(rule: PolicyRule, policy: NetworkPolicy): Bitset {
    if (rule.peers.length === 0) return this.#memo("*", () => Array(this.#size).keys());
    if (rule.peers.length === 1 && rule.peers[0]) return this.#peerSet(rule.peers[0], policy);
    const all = new Bitset(this.#size);
    for (const peer of rule.peers) all.addAll(this.#peerSet(peer, policy));
    return all;
  }

  #peerSet(peer: PolicyPeer, policy: NetworkPolicy): Bitset {
    if (peer.kind === "ip") {
      return this.#memo(`ip|${peer.cidr}|${peer.except.join(",")}`, () =>
        this.#externalsIn(peer, policy),
      );
    }
    const { podSelector, namespaceSelector } = peer;
    const pods = selectorKey(podSelector);
    if (namespaceSelector === undefined) {
      return this.#memo(`own|${policy.namespace}|${pods}`, () =>
        this.#podsIn(policy.namespace, podSelector),
      );
    }
    return this.#memo(`any|${selectorKey(namespaceSelector)}|${pods}`, () =>
      [...this.#classesByNamespace.keys()]
        .filter((name) => matchesSelector(namespaceSelector, this.#labelsOf(name)))
        .flatMap((name) => this.#podsIn(name, podSelector)),
    );
  }

  #labelsOf(namespace: string): Readonly<Record<string, string>> {
    // The API server sets this label on every namespace, also where no manifest does.
    return { ...this.#namespaceLabels.get(namespace), "kubernetes.io/metadata.name": namespace };
  }

  #podsIn(namespace: string, selector: LabelSelector): number[] {
    return (this.#classesByNamespace.get(namespace) ?? [])
      .filter((each) => matchesSelector(selector, each.labels))
      .map((each) => each.index);
  }

  #externalsIn(peer: Extract<PolicyPeer, { kind: "ip" }>, policy: NetworkPolicy): number[] {
    const within = rangeOf(peer.cidr, policy);
    const except = peer.except.map((cidr) => rangeOf(cidr, policy));
    return this.#externals.flatMap((range, at) =>
      contains(within, range) && !except.some((each) => contains(each, range))
        ? [this.#classes.length + at]
        : [],
    );
  }

  #memo(key: string, members: () => Iterable<number>): Bitset {
    let set = this.#peersByKey.get(key);
    if (!set) {
      set = Bitset.of(this.#size, members());
      this.#peersByKey.set(key, set);
    }
    return set;
  }
}

function pushInto<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
