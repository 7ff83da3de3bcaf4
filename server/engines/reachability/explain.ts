import type { Direction, Policy, Rule } from "./compile-policy.ts";
import type { Group } from "./decide.ts";
import { atomicRanges, contains, type IpRange } from "./ip-range.ts";
import type { KnownClass } from "./pod-classes.ts";
import { PortSet } from "./port-set.ts";
import type { ReachEngine } from "./reach-engine.ts";

export type Other = { kind: "pods"; class: KnownClass } | { kind: "external"; range: IpRange };

/** One direction of one connection: which policies allow and deny which ports; the rest is free. */
export interface Explanation {
  allowed: ReadonlyMap<string, PortSet>;
  denied: ReadonlyMap<string, PortSet>;
  /** Allowed because no policy says anything. */
  free: PortSet;
}

/**
 * Who decided what between a class and another, or a range of addresses. Different parts of a range may
 * owe the same ports to different policies: all of them are named.
 */
export function explain(
  engine: ReachEngine,
  subject: KnownClass,
  direction: Direction,
  other: Other,
  more: { withDenied: boolean },
): Explanation {
  if (other.kind === "pods") return explainOne(engine, subject, direction, other, more);
  return partsOf(engine, subject, direction, other.range)
    .map((range) => explainOne(engine, subject, direction, { kind: "external", range }, more))
    .reduce((one, next) => ({
      allowed: bothOf(one.allowed, next.allowed),
      denied: bothOf(one.denied, next.denied),
      free: one.free.union(next.free),
    }));
}

/** A range, cut where the policies of a class cut. */
function partsOf(
  engine: ReachEngine,
  subject: KnownClass,
  direction: Direction,
  range: IpRange,
): IpRange[] {
  const { admin, baseline } = engine.tiersOf(subject, direction);
  const policies = [
    ...engine.book.isolating(direction, subject.index),
    ...admin.flat(),
    ...baseline.flat(),
  ];
  const cuts = policies
    .flatMap((policy) => policy[direction] ?? [])
    .flatMap(({ outside }) => outside.blocks.flatMap(({ within, except }) => [within, ...except]));
  const parts = atomicRanges([range.family], [range, ...cuts]);
  return parts.filter((part) => contains(range, part));
}

function bothOf(
  one: ReadonlyMap<string, PortSet>,
  other: ReadonlyMap<string, PortSet>,
): Map<string, PortSet> {
  const all = new Map(one);
  for (const [name, ports] of other) all.set(name, (all.get(name) ?? PortSet.none).union(ports));
  return all;
}

/** Follows one pair through the tiers as `decide` does all of them, and notes who decided what. */
function explainOne(
  engine: ReachEngine,
  subject: KnownClass,
  direction: Direction,
  other: Other,
  { withDenied }: { withDenied: boolean },
): Explanation {
  const allowed = new Map<string, PortSet>();
  const denied = new Map<string, PortSet>();
  const note = (into: Map<string, PortSet>, name: string, ports: PortSet) => {
    if (!ports.isEmpty) into.set(name, (into.get(name) ?? PortSet.none).union(ports));
  };
  const destination =
    direction === "ingress" ? subject : other.kind === "pods" ? other.class : undefined;
  const portsOf = (rule: Rule) => rule.ports.at(destination);
  const throughTier = (start: PortSet, groups: readonly Group[]): PortSet => {
    let open = start;
    let passed = PortSet.none;
    for (const group of groups) {
      let left = open;
      for (const policy of group) {
        let own = open;
        for (const rule of policy[direction] ?? []) {
          const membership = meets(rule, other);
          if (membership === "no") continue;
          const hit = own.intersect(portsOf(rule));
          if (rule.action === "accept") note(allowed, policy.name, hit);
          else if (rule.action === "deny") note(denied, policy.name, hit);
          else passed = passed.union(hit);
          if (membership === "yes") own = own.minus(hit);
        }
        left = left.intersect(own);
      }
      open = left;
    }
    return open.union(passed);
  };
  const { admin, baseline } = engine.tiersOf(subject, direction);
  const open = throughTier(PortSet.all, admin);
  const isolating = engine.book.isolating(direction, subject.index);
  if (isolating.length === 0) return { allowed, denied, free: throughTier(open, baseline) };
  const granted = isolating.reduce((sum, policy) => {
    const own = grantOf(policy, direction, other, portsOf).intersect(open);
    note(allowed, policy.name, own);
    return sum.union(own);
  }, PortSet.none);
  if (withDenied) {
    const refused = open.minus(granted);
    for (const { name } of isolating) note(denied, name, refused);
  }
  return { allowed, denied, free: PortSet.none };
}

function grantOf(
  policy: Policy,
  direction: Direction,
  other: Other,
  portsOf: (rule: Rule) => PortSet,
): PortSet {
  return (policy[direction] ?? [])
    .filter((rule) => meets(rule, other) === "yes")
    .reduce((sum, rule) => sum.union(portsOf(rule)), PortSet.none);
}

function meets({ peers, outside }: Rule, other: Other): "yes" | "no" | "maybe" {
  if (other.kind === "pods") {
    const { index } = other.class;
    if (peers.some(({ sure }) => sure.has(index))) return "yes";
    return peers.some(({ maybe }) => maybe.has(index)) ? "maybe" : "no";
  }
  const isIn = outside.blocks.some(
    ({ within, except }) =>
      contains(within, other.range) && !except.some((each) => contains(each, other.range)),
  );
  return isIn ? "yes" : outside.hasUnknown ? "maybe" : "no";
}
