import { IndexSet } from "./index-set.ts";
import type { NamedPort, PolicyPort, TierPort } from "./model.ts";
import { PortSet, type Protocol } from "./port-set.ts";
import { PortsByPeer } from "./ports-by-peer.ts";

interface Destination {
  readonly namedPorts: readonly NamedPort[];
}

/** The ports of a rule: some fixed, some known only by the destination's names for them. */
export class PortSpec {
  readonly #fixed: PortSet;
  readonly #named: readonly { name: string; protocol: Protocol | null }[];
  /** What `atEach` said of a set: sets don't change, and a class keeps its index for ever. */
  #known: WeakMap<IndexSet, PortsByPeer> | null = null;

  private constructor(
    fixed: PortSet,
    named: readonly { name: string; protocol: Protocol | null }[],
  ) {
    this.#fixed = fixed;
    this.#named = named;
  }

  static readonly all = new PortSpec(PortSet.all, []);

  /** networking.k8s.io/v1: no ports are all ports. */
  static ofPolicy(ports: readonly PolicyPort[]): PortSpec {
    if (ports.length === 0) return PortSpec.all;
    let fixed = PortSet.none;
    const named: { name: string; protocol: Protocol }[] = [];
    for (const { protocol, port, endPort } of ports) {
      if (port === undefined) fixed = fixed.union(PortSet.protocol(protocol));
      else if (typeof port === "string") named.push({ name: port, protocol });
      else fixed = fixed.union(PortSet.range(protocol, port, endPort ?? port));
    }
    return new PortSpec(fixed, named);
  }

  /** policy.networking.k8s.io: a name stands for a port of whatever protocol. */
  static ofTier(ports: readonly TierPort[]): PortSpec {
    if (ports.length === 0) return PortSpec.all;
    let fixed = PortSet.none;
    const named: { name: string; protocol: null }[] = [];
    for (const port of ports) {
      if ("named" in port) named.push({ name: port.named, protocol: null });
      else fixed = fixed.union(PortSet.range(port.protocol, port.port, port.endPort));
    }
    return new PortSpec(fixed, named);
  }

  get hasNames(): boolean {
    return this.#named.length > 0;
  }

  /** Equal for equal ports. */
  toString(): string {
    const names = this.#named.map(({ name, protocol }) => `${protocol ?? ""}:${name}`).sort();
    return [this.#fixed, ...names].join(" ");
  }

  /** At one destination; an outside address has no names. */
  at(destination: Destination | undefined): PortSet {
    let ports = this.#fixed;
    for (const { name, protocol } of this.#named) {
      for (const each of destination?.namedPorts ?? []) {
        if (each.name === name && (protocol === null || each.protocol === protocol)) {
          ports = ports.union(PortSet.range(each.protocol, each.port));
        }
      }
    }
    return ports;
  }

  /** At each of several destinations. */
  atEach(destinations: IndexSet, find: (index: number) => Destination | undefined): PortsByPeer {
    if (!this.hasNames) return PortsByPeer.of(destinations, this.#fixed);
    this.#known ??= new WeakMap();
    const known = this.#known.get(destinations);
    if (known) return known;
    const byPorts = new Map<string, { ports: PortSet; members: number[] }>();
    for (const index of destinations) {
      const ports = this.at(find(index));
      const same = byPorts.get(ports.toString());
      if (same) same.members.push(index);
      else byPorts.set(ports.toString(), { ports, members: [index] });
    }
    const result = PortsByPeer.ofDisjoint(
      [...byPorts.values()].map(({ ports, members }) => ({ ports, peers: IndexSet.of(members) })),
    );
    this.#known.set(destinations, result);
    return result;
  }
}
