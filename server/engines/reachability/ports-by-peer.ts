import { IndexSet } from "./index-set.ts";
import type { PortSet } from "./port-set.ts";

interface Block {
  readonly peers: IndexSet;
  readonly ports: PortSet;
}

/**
 * Which ports for which peers: a function from peers to sets of ports, kept as the groups of peers with
 * the same ports. Immutable. All arithmetic is peer by peer, in steps of sets.
 */
export class PortsByPeer {
  /** Disjoint, neither side empty, no two with the same ports. */
  readonly blocks: readonly Block[];

  private constructor(blocks: readonly Block[]) {
    this.blocks = blocks;
  }

  static readonly none = new PortsByPeer([]);

  static of(peers: IndexSet, ports: PortSet): PortsByPeer {
    return peers.isEmpty || ports.isEmpty ? PortsByPeer.none : new PortsByPeer([{ peers, ports }]);
  }

  /** From groups of which none shares a peer with another. */
  static ofDisjoint(blocks: readonly Block[]): PortsByPeer {
    const byPorts = new Map<string, Block>();
    for (const { peers, ports } of blocks) {
      if (peers.isEmpty || ports.isEmpty) continue;
      const key = ports.toString();
      const same = byPorts.get(key);
      byPorts.set(key, same ? { ports, peers: same.peers.union(peers) } : { ports, peers });
    }
    return byPorts.size === 0 ? PortsByPeer.none : new PortsByPeer([...byPorts.values()]);
  }

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  /** The peers with any port at all. */
  get peers(): IndexSet {
    return this.blocks.reduce((all, { peers }) => all.union(peers), IndexSet.empty);
  }

  portsOf(peer: number): PortSet | undefined {
    return this.blocks.find(({ peers }) => peers.has(peer))?.ports;
  }

  union(other: PortsByPeer): PortsByPeer {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const blocks: Block[] = [];
    let alone = other.blocks;
    for (const mine of this.blocks) {
      let rest = mine.peers;
      alone = alone.flatMap((theirs) => {
        const both = rest.intersect(theirs.peers);
        if (both.isEmpty) return [theirs];
        blocks.push({ peers: both, ports: mine.ports.union(theirs.ports) });
        rest = rest.minus(both);
        const left = theirs.peers.minus(both);
        return left.isEmpty ? [] : [{ peers: left, ports: theirs.ports }];
      });
      blocks.push({ peers: rest, ports: mine.ports });
    }
    return PortsByPeer.ofDisjoint([...blocks, ...alone]);
  }

  intersect(other: PortsByPeer): PortsByPeer {
    if (other === this || this.isEmpty) return this;
    return PortsByPeer.ofDisjoint(
      this.blocks.flatMap((mine) =>
        other.blocks.flatMap((theirs) => {
          const ports = mine.ports.intersect(theirs.ports);
          return ports.isEmpty ? [] : [{ peers: mine.peers.intersect(theirs.peers), ports }];
        }),
      ),
    );
  }

  minus(other: PortsByPeer): PortsByPeer {
    if (other === this) return PortsByPeer.none;
    if (this.isEmpty || other.isEmpty) return this;
    return PortsByPeer.ofDisjoint(
      this.blocks.flatMap((mine) => {
        let rest = mine.peers;
        const blocks: Block[] = [];
        for (const theirs of other.blocks) {
          const both = rest.intersect(theirs.peers);
          if (both.isEmpty) continue;
          rest = rest.minus(both);
          blocks.push({ peers: both, ports: mine.ports.minus(theirs.ports) });
        }
        return [{ peers: rest, ports: mine.ports }, ...blocks];
      }),
    );
  }

  /** For these peers only. */
  within(peers: IndexSet): PortsByPeer {
    return this.#reshape((own) => own.intersect(peers));
  }

  without(peers: IndexSet): PortsByPeer {
    return peers.isEmpty ? this : this.#reshape((own) => own.minus(peers));
  }

  #reshape(reshape: (own: IndexSet) => IndexSet): PortsByPeer {
    const blocks = this.blocks.flatMap(({ peers, ports }) => {
      const kept = reshape(peers);
      return kept.isEmpty ? [] : [{ peers: kept, ports }];
    });
    return blocks.length === 0 ? PortsByPeer.none : new PortsByPeer(blocks);
  }
}
