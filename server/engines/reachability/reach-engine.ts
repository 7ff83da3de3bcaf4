import {
  compileNetworkPolicy,
  compileTierPolicy,
  DIRECTIONS,
  type Direction,
  type Policy,
  type Rule,
} from "./compile-policy.ts";
import { decide, type Group, type Verdict } from "./decide.ts";
import { IndexSet } from "./index-set.ts";
import { keysOf, type LabelSelector } from "./label-selector.ts";
import type { ClusterFacts, NetworkPolicy, TierPolicy } from "./model.ts";
import type { KnownClass } from "./pod-classes.ts";
import { PolicyBook } from "./policy-book.ts";
import { PortSet } from "./port-set.ts";
import { PortsByPeer } from "./ports-by-peer.ts";
import { Universe } from "./universe.ts";

const NOTHING: Verdict = { may: PortsByPeer.none, sure: PortsByPeer.none };
/** Rows that are kept for the peers that were last asked about. */
const MOST_KEPT = 4_000;

/**
 * Who may reach whom, by sets: a row is one class's verdicts with all others at once. Rows are made when
 * asked for and not kept, so that memory is that of the selectors' sets.
 */
export class ReachEngine {
  readonly universe: Universe;
  readonly book: PolicyBook;
  #nextId = 0;
  #asked: IndexSet | null = null;
  readonly #kept = new Map<string, Verdict>();
  /** A number for each verdict and peer set that is part of what is kept. */
  readonly #keys = new Map<object, number>();

  /**
   * `wholeLabels`: all labels tell pods apart, so that a policy that comes later splits no class.
   * `networks`: those that policies name that are added later.
   */
  constructor(
    facts: ClusterFacts,
    { wholeLabels, networks = [] }: { wholeLabels: boolean; networks?: Iterable<string> },
  ) {
    this.universe = new Universe(facts.namespaces, facts.pods, {
      counting: wholeLabels ? null : [...countingKeys(facts)].sort(),
      networks: [...new Set([...networksOf(facts.tierPolicies ?? []), ...networks])].sort(),
      nodes: facts.nodes ?? [],
    });
    this.book = new PolicyBook(this.universe);
    for (const policy of facts.policies) this.book.add(this.compile(policy));
    for (const policy of facts.tierPolicies ?? []) this.book.add(this.compileTier(policy));
  }

  compile(policy: NetworkPolicy): Policy {
    return compileNetworkPolicy(policy, this.universe, this.#nextId++);
  }

  compileTier(policy: TierPolicy): Policy {
    return compileTierPolicy(policy, this.universe, this.#nextId++);
  }

  /** To be called after every change of the book or the universe. */
  forgetRows(): void {
    if (this.#asked === null) return;
    this.#asked = null;
    this.#kept.clear();
    this.#keys.clear();
  }

  /** Connections from one class to others, of those in `within`: its egress and their ingress. */
  outward(source: KnownClass, within: IndexSet): Verdict {
    return this.#edges(source, "egress", within);
  }

  /** Connections to one class from others, of those in `within`. */
  inward(destination: KnownClass, within: IndexSet): Verdict {
    return this.#edges(destination, "ingress", within);
  }

  #edges(subject: KnownClass, direction: Direction, within: IndexSet): Verdict {
    const own = this.asSubject(subject, direction, within);
    if (own.may.isEmpty) return NOTHING;
    const theirs = this.asPeer(subject, direction === "egress" ? "ingress" : "egress", within);
    if (theirs.may.isEmpty) return NOTHING;
    return this.#keep(
      `edges|${direction}|${this.#keyOf(own)}|${this.#keyOf(theirs)}`,
      within,
      () => {
        const may = own.may.intersect(theirs.may);
        const isSure = own.may === own.sure && theirs.may === theirs.sure;
        return { may, sure: isSure ? may : own.sure.intersect(theirs.sure) };
      },
    );
  }

  /** What a class's own direction allows with each of the others. */
  asSubject(subject: KnownClass, direction: Direction, within: IndexSet): Verdict {
    const policies = this.book.isolating(direction, subject.index);
    const tiers = this.tiersOf(subject, direction);
    const hasTiers = tiers.admin.length + tiers.baseline.length > 0;
    const names = direction === "ingress" ? namesOf(subject) : "";
    const key = `subject|${direction}|${idsOf(policies)}|${tiers.key}|${names}`;
    return this.#keep(key, within, () => {
      const allowed = (rule: Rule, isMaybe: boolean) => {
        const peers = rule.peers.reduce(
          (all, set) => all.union((isMaybe ? set.maybe : set.sure).intersect(within)),
          IndexSet.empty,
        );
        if (direction === "ingress") return PortsByPeer.of(peers, rule.ports.at(subject));
        return rule.ports.atEach(peers, this.universe.find);
      };
      let granted = PortsByPeer.none;
      for (const policy of policies) {
        for (const rule of policy[direction] ?? []) granted = granted.union(allowed(rule, false));
      }
      if (!hasTiers && policies.length > 0) return { may: granted, sure: granted };
      const open = PortsByPeer.of(within, PortSet.all);
      if (!hasTiers) return { may: open, sure: open };
      return decide({
        direction,
        open,
        ...tiers,
        isolated: policies.length > 0 ? within : IndexSet.empty,
        granted,
        match: (_, rule) => ({
          sure: allowed(rule, false),
          maybe: rule.peers.some(({ maybe }) => !maybe.isEmpty) ? allowed(rule, true) : null,
        }),
      });
    });
  }

  /**
   * What the other's direction allows with this class, for each of the others. `within` holds the class
   * itself, or nothing of its namespace.
   */
  asPeer(peer: KnownClass, direction: Direction, within: IndexSet): Verdict {
    const isAcross = !within.has(peer.index);
    const sets = [...this.book.setsWith(peer.index, { isAcross })];
    const names = direction === "egress" ? namesOf(peer) : "";
    const key = `peer|${direction}|${sets
      .map((set) => this.#keyOf(set))
      .sort()
      .join()}|${names}`;
    return this.#keep(key, within, () => {
      let granted = PortsByPeer.none;
      for (const set of sets) {
        if (set.sure.has(peer.index)) {
          granted = granted.union(this.book.grantedWith(set, direction, peer).within(within));
        }
      }
      const isolated = this.book.isolated(direction).intersect(within);
      const tiers = this.#tiers(direction, () => true);
      if (tiers.admin.length + tiers.baseline.length === 0) {
        const free = PortsByPeer.of(within.minus(isolated), PortSet.all);
        const may = free.union(granted);
        return { may, sure: may };
      }
      const allowed = (policy: Policy, rule: Rule) => {
        const subjects = policy.subjects.sure.intersect(within);
        if (direction === "egress") return PortsByPeer.of(subjects, rule.ports.at(peer));
        return rule.ports.atEach(subjects, this.universe.find);
      };
      return decide({
        direction,
        open: PortsByPeer.of(within, PortSet.all),
        ...tiers,
        isolated,
        granted,
        match: (policy, rule) => {
          const isSure = rule.peers.some(({ sure }) => sure.has(peer.index));
          const isMaybe = !isSure && rule.peers.some(({ maybe }) => maybe.has(peer.index));
          return {
            sure: isSure ? allowed(policy, rule) : PortsByPeer.none,
            maybe: isMaybe ? allowed(policy, rule) : null,
          };
        },
      });
    });
  }

  /** The policies with tiers that select a class and speak of a direction, in their order. */
  tiersOf(subject: KnownClass, direction: Direction) {
    return this.#tiers(direction, (policy) => policy.subjects.sure.has(subject.index));
  }

  #tiers(direction: Direction, concerns: (policy: Policy) => boolean) {
    const of = (groups: readonly Group[]) => {
      const kept: Policy[][] = [];
      for (const group of groups) {
        const own = group.filter((policy) => policy[direction] !== null && concerns(policy));
        if (own.length > 0) kept.push(own);
      }
      return kept;
    };
    const { admin, baseline } = this.book.tiers;
    const [own, base] = [of(admin), of(baseline)];
    return { admin: own, baseline: base, key: idsOf([...own.flat(), ...base.flat()]) };
  }

  /** Rows are kept as long as the same others are asked about. */
  #keep(key: string, within: IndexSet, make: () => Verdict): Verdict {
    if (this.#asked !== within || this.#kept.size > MOST_KEPT) this.forgetRows();
    this.#asked = within;
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const made = make();
    this.#kept.set(key, made);
    return made;
  }

  #keyOf(thing: object): number {
    const key = this.#keys.get(thing) ?? this.#keys.size;
    this.#keys.set(thing, key);
    return key;
  }
}

function idsOf(policies: readonly Policy[]): string {
  return policies.map(({ id }) => id).join();
}

function namesOf({ namedPorts }: KnownClass): string {
  return namedPorts.map(({ name, protocol, port }) => `${name}=${protocol}/${port}`).join();
}

/** The labels of pods that any selector looks at. */
function countingKeys({ policies, tierPolicies = [] }: ClusterFacts): Set<string> {
  const keys = new Set<string>();
  const add = (selector: LabelSelector) => {
    for (const key of keysOf(selector)) keys.add(key);
  };
  for (const policy of policies) {
    add(policy.podSelector);
    for (const direction of DIRECTIONS) {
      for (const { peers } of policy[direction]) {
        for (const peer of peers) if (peer.kind === "pods") add(peer.podSelector);
      }
    }
  }
  for (const policy of tierPolicies) {
    add(policy.subject.podSelector);
    for (const direction of DIRECTIONS) {
      for (const { peers } of policy[direction]) {
        for (const peer of peers) if (peer.kind === "pods") add(peer.podSelector);
      }
    }
  }
  return keys;
}

export function networksOf(policies: readonly TierPolicy[]): Set<string> {
  return new Set(
    policies.flatMap(({ ingress, egress }) =>
      [...ingress, ...egress].flatMap(({ peers }) =>
        peers.flatMap((peer) => (peer.kind === "networks" ? peer.cidrs : [])),
      ),
    ),
  );
}
