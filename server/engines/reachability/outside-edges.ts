import type { Direction, Rule } from "./compile-policy.ts";
import { decide } from "./decide.ts";
import { IndexSet } from "./index-set.ts";
import { atomicRanges, contains, type IpFamily, type IpRange } from "./ip-range.ts";
import type { KnownClass } from "./pod-classes.ts";
import { PortSet } from "./port-set.ts";
import { PortsByPeer } from "./ports-by-peer.ts";
import type { ReachEngine } from "./reach-engine.ts";

/** What a class may do with a range of addresses outside the cluster. */
export interface OutsideEdge {
  range: IpRange;
  ports: PortSet;
  /** Those of `ports` of which nobody can tell. */
  uncertain: PortSet;
}

/**
 * Connections of one class with the outside, in disjoint ranges: cut where its own policies cut, so that
 * the policies of others don't matter. An outside address has no policy and no names for ports.
 */
export function outsideEdges(
  engine: ReachEngine,
  subject: KnownClass,
  direction: Direction,
  families: readonly IpFamily[],
): OutsideEdge[] {
  const policies = engine.book.isolating(direction, subject.index);
  const tiers = engine.tiersOf(subject, direction);
  const rules = [...policies, ...tiers.admin.flat(), ...tiers.baseline.flat()].flatMap(
    (policy) => policy[direction] ?? [],
  );
  const cuts = rules.flatMap(({ outside }) =>
    outside.blocks.flatMap(({ within, except }) => [within, ...except]),
  );
  const atoms = atomicRanges(families, cuts);
  const all = IndexSet.below(atoms.length);
  const destination = direction === "ingress" ? subject : undefined;
  const allowed = ({ outside, ports }: Rule) => {
    const members = atoms.flatMap((atom, at) =>
      outside.blocks.some(
        ({ within, except }) =>
          contains(within, atom) && !except.some((each) => contains(each, atom)),
      )
        ? [at]
        : [],
    );
    return PortsByPeer.of(IndexSet.of(members), ports.at(destination));
  };
  const granted = policies
    .flatMap((policy) => policy[direction] ?? [])
    .reduce((sum, rule) => sum.union(allowed(rule)), PortsByPeer.none);
  const { may, sure } = decide({
    direction,
    open: PortsByPeer.of(all, PortSet.all),
    admin: tiers.admin,
    baseline: tiers.baseline,
    isolated: policies.length > 0 ? all : IndexSet.empty,
    granted,
    match: (_, rule) => ({
      sure: allowed(rule),
      maybe: rule.outside.hasUnknown ? PortsByPeer.of(all, rule.ports.at(undefined)) : null,
    }),
  });
  return joined(
    atoms.flatMap((range, at) => {
      const ports = may.portsOf(at);
      if (!ports) return [];
      return [{ range, ports, uncertain: ports.minus(sure.portsOf(at) ?? PortSet.none) }];
    }),
  );
}

/** Neighbouring ranges with the same connections are one. */
function joined(edges: readonly OutsideEdge[]): OutsideEdge[] {
  const result: OutsideEdge[] = [];
  for (const edge of edges) {
    const last = result.at(-1);
    if (
      last &&
      last.range.family === edge.range.family &&
      last.range.to + 1n === edge.range.from &&
      last.ports.equals(edge.ports) &&
      last.uncertain.equals(edge.uncertain)
    ) {
      last.range = { ...last.range, to: edge.range.to };
    } else result.push({ ...edge });
  }
  return result;
}
