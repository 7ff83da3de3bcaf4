import { DIRECTIONS, type Direction, type Policy } from "./compile-policy.ts";
import type { Verdict } from "./decide.ts";
import { type Explanation, explain } from "./explain.ts";
import type { IndexSet } from "./index-set.ts";
import type { IpFamily, IpRange } from "./ip-range.ts";
import type { ClusterFacts } from "./model.ts";
import { outsideEdges } from "./outside-edges.ts";
import type { KnownClass, PodClass } from "./pod-classes.ts";
import { PortSet } from "./port-set.ts";
import { ReachEngine } from "./reach-engine.ts";
import { type ReachNote, reachNotes } from "./reach-notes.ts";

export type { Direction } from "./compile-policy.ts";

/** A peer of an edge: a class of pods, or a range of outside addresses. */
export type Peer = { kind: "pods"; class: PodClass } | { kind: "external"; range: IpRange };

export interface Edge {
  from: Peer;
  to: Peer;
  /** All that may be allowed, the uncertain among them. */
  ports: PortSet;
  /** Those of which nobody can tell: what the API leaves open, or what facts don't say. */
  uncertain: PortSet;
}

/** The connections of one class with many others, as sets of classes: `peers` are indexes. */
export interface Row {
  class: PodClass;
  blocks: readonly { peers: IndexSet; ports: PortSet; uncertain: PortSet }[];
}

export interface Reachability {
  classes: readonly PodClass[];
  /** Allowed connections between distinct peers, and within a class of several pods. */
  edges(): Generator<Edge>;
  /** Where one class may go, of those in `within`: itself among them, or nothing of its namespace. */
  outwardOf(podClass: PodClass, within: IndexSet): Row;
  /** The same of what comes to it; `class` is the destination. */
  inwardOf(podClass: PodClass, within: IndexSet): Row;
  classAt(index: number): PodClass | undefined;
  /** The policies that isolate a class in a direction, named as in `AllowedBy`. */
  isolatingPolicies(podClass: PodClass, direction: Direction): string[];
  /** Why an edge is there, on each side of it. */
  whyAllowed(edge: Edge): { egress: AllowedBy; ingress: AllowedBy };
  /** Why other ports between two peers are not allowed, on each side. */
  whyDenied(from: Peer, to: Peer): { egress: DeniedBy; ingress: DeniedBy };
  /** What the answer leaves out or takes for granted. */
  notes: readonly ReachNote[];
}

/**
 * The policies that let an edge through, sorted: `namespace/name` of a NetworkPolicy, else the kind and
 * the name (`AdminNetworkPolicy deny-all`); or that none isolates there.
 */
export type AllowedBy =
  | { kind: "policies"; names: readonly string[] }
  | { kind: "not-isolated" }
  | { kind: "external" };

/** The policies that keep ports out, and these ports; `nothing` where this side denies none. */
export type DeniedBy =
  | { kind: "policies"; names: readonly string[]; ports: PortSet }
  | { kind: "nothing" }
  | { kind: "external" };

/**
 * NetworkPolicy reachability (networking.k8s.io/v1): an edge is what the source's egress and the
 * destination's ingress both allow; policies add up; a pod is isolated in a direction as soon as
 * one policy of that direction selects it. Policies with tiers (policy.networking.k8s.io) come before
 * and after (ADR 34). Throws `RangeError` naming a malformed CIDR.
 */
export function computeReachability(facts: ClusterFacts): Reachability {
  return reachabilityOf(new ReachEngine(facts, { wholeLabels: false }), facts);
}

/** The view of an engine as it is now. */
export function reachabilityOf(engine: ReachEngine, facts: ClusterFacts): Reachability {
  const { universe } = engine;
  const classes = universe.classes;
  const known = (podClass: PodClass): KnownClass => {
    const found = universe.find(podClass.index);
    if (!found) throw new TypeError(`class ${podClass.index} is not of this cluster`);
    return found;
  };
  let counted: number | undefined;
  const everyone = () => {
    counted ??= classes.filter(({ isHostNetwork }) => !isHostNetwork).length;
    return counted;
  };
  const explained = (
    subject: Peer,
    direction: Direction,
    other: Peer,
    withDenied: boolean,
  ): Explanation | null => {
    if (subject.kind === "external") return null;
    const peer = other.kind === "pods" ? { ...other, class: known(other.class) } : other;
    return explain(engine, known(subject.class), direction, peer, { withDenied });
  };
  const outwardOf = (podClass: PodClass, within: IndexSet) =>
    rowOf(podClass, engine.outward(known(podClass), within));
  return {
    classes,
    outwardOf,
    inwardOf: (podClass, within) => rowOf(podClass, engine.inward(known(podClass), within)),
    classAt: universe.find,
    get notes() {
      return reachNotes(engine, facts);
    },
    whyAllowed: ({ from, to, ports }) => ({
      egress: allowedBy(explained(from, "egress", to, false), ports),
      ingress: allowedBy(explained(to, "ingress", from, false), ports),
    }),
    whyDenied: (from, to) => ({
      egress: deniedBy(explained(from, "egress", to, true)),
      ingress: deniedBy(explained(to, "ingress", from, true)),
    }),
    isolatingPolicies: (podClass, direction) => [
      ...engine.book.isolating(direction, podClass.index).map(({ name }) => name),
      ...denyingAll(engine, known(podClass), { direction, everyone }),
    ],
    *edges() {
      for (const source of classes) {
        const from = { kind: "pods", class: source } as const;
        for (const { peers, ports, uncertain } of outwardOf(source, universe.live).blocks) {
          for (const index of peers) {
            const to = universe.find(index);
            if (to) yield { from, to: { kind: "pods", class: to }, ports, uncertain };
          }
        }
      }
      // IPv6 is shown only where a policy speaks of it: most clusters have none.
      const families: IpFamily[] = speaksOfIpv6(facts) ? [4, 6] : [4];
      for (const podClass of classes) {
        const pods = { kind: "pods", class: podClass } as const;
        for (const direction of DIRECTIONS) {
          for (const { range, ...rest } of outsideEdges(engine, podClass, direction, families)) {
            const external = { kind: "external", range } as const;
            const [from, to] = direction === "ingress" ? [external, pods] : [pods, external];
            yield { from, to, ...rest };
          }
        }
      }
    },
  };
}

function rowOf(podClass: PodClass, { may, sure }: Verdict): Row {
  if (may === sure) {
    return {
      class: podClass,
      blocks: may.blocks.map((each) => ({ ...each, uncertain: PortSet.none })),
    };
  }
  const doubt = may.minus(sure);
  const blocks = may.blocks.flatMap(({ peers, ports }) => {
    let certain = peers;
    const split = doubt.blocks.flatMap((doubtful) => {
      const both = certain.intersect(doubtful.peers);
      certain = certain.minus(both);
      return both.isEmpty ? [] : [{ peers: both, ports, uncertain: doubtful.ports }];
    });
    return certain.isEmpty ? split : [{ peers: certain, ports, uncertain: PortSet.none }, ...split];
  });
  return { class: podClass, blocks };
}

function allowedBy(explained: Explanation | null, ports: PortSet): AllowedBy {
  if (!explained) return { kind: "external" };
  const names = [...explained.allowed].flatMap(([name, own]) =>
    own.intersect(ports).isEmpty ? [] : [name],
  );
  const isFree = names.length === 0 && !explained.free.intersect(ports).isEmpty;
  return isFree ? { kind: "not-isolated" } : { kind: "policies", names: names.sort() };
}

function deniedBy(explained: Explanation | null): DeniedBy {
  if (!explained) return { kind: "external" };
  if (explained.denied.size === 0) return { kind: "nothing" };
  const ports = [...explained.denied.values()].reduce((sum, each) => sum.union(each), PortSet.none);
  return { kind: "policies", names: [...explained.denied.keys()].sort(), ports };
}

/** A policy with a tier isolates a class when it denies it everything that nothing before allows. */
function denyingAll(
  engine: ReachEngine,
  subject: KnownClass,
  { direction, everyone }: { direction: Direction; everyone: () => number },
): string[] {
  const { admin, baseline } = engine.tiersOf(subject, direction);
  const tiers = [...admin.flat(), ...baseline.flat()];
  if (tiers.length === 0) return [];
  const isolates = (policy: Policy) =>
    (policy[direction] ?? []).some(
      ({ action, peers, ports }) =>
        action === "deny" &&
        ports.at(undefined).isAll &&
        peers.some(({ sure }) => sure.size >= everyone()),
    );
  return tiers.filter(isolates).map(({ name }) => name);
}

function speaksOfIpv6({ policies, tierPolicies = [], nodes = [] }: ClusterFacts): boolean {
  const isSix = (text: string) => text.includes(":");
  return (
    policies.some((policy) =>
      DIRECTIONS.some((direction) =>
        policy[direction].some(({ peers }) =>
          peers.some((peer) => peer.kind === "ip" && [peer.cidr, ...peer.except].some(isSix)),
        ),
      ),
    ) ||
    tierPolicies.some(({ egress }) =>
      egress.some(({ peers }) =>
        peers.some(
          (peer) =>
            (peer.kind === "networks" && peer.cidrs.some(isSix)) ||
            (peer.kind === "nodes" && nodes.some(({ addresses }) => addresses.some(isSix))),
        ),
      ),
    )
  );
}
