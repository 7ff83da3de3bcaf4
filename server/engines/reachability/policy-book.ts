import { DIRECTIONS, type Direction, type Policy, type Rule } from "./compile-policy.ts";
import type { Group } from "./decide.ts";
import { IndexSet } from "./index-set.ts";
import type { KnownClass } from "./pod-classes.ts";
import type { PortSet } from "./port-set.ts";
import type { PortSpec } from "./port-spec.ts";
import { PortsByPeer } from "./ports-by-peer.ts";
import { tierGroups } from "./tier-groups.ts";
import type { PeerSet, Universe } from "./universe.ts";

/** A peer set of so few classes is noted at each of them; a wider one is asked. */
const NARROW = 64;

interface Users {
  /** How many policies name the set, as a peer or as subjects. */
  count: number;
  ingress: Uses | null;
  egress: Uses | null;
}

/** The rules of one direction, of namespaces' policies, that name a set as a peer. */
interface Uses {
  rules: { policy: Policy; rule: Rule }[];
  /** What those rules allow, subject by subject; made when it is asked for. */
  granted: Grants | null;
}

interface Grants {
  fixed: PortsByPeer;
  /** Ports by names that the peer gives them: what they are is known when the peer is. */
  named: readonly { ports: PortSpec; subjects: IndexSet }[];
}

/** All policies of a cluster, found by whom they are about: their subjects and their peers. */
export class PolicyBook {
  readonly #universe: Universe;
  readonly #users = new Map<PeerSet, Users>();
  readonly #bySubjects = new Map<PeerSet, Set<Policy>>();
  readonly #isolating: Record<Direction, Map<number, Policy[]>> = {
    ingress: new Map(),
    egress: new Map(),
  };
  readonly #isolated: Record<Direction, { known: IndexSet; changed: Set<number> }> = {
    ingress: { known: IndexSet.empty, changed: new Set() },
    egress: { known: IndexSet.empty, changed: new Set() },
  };
  readonly #narrowSets = new Map<number, Set<PeerSet>>();
  readonly #wideSets = new Set<PeerSet>();
  #tiers: { admin: Group[]; baseline: Group[] } = { admin: [], baseline: [] };
  readonly #tierPolicies = new Set<Policy>();

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  get tiers(): { readonly admin: readonly Group[]; readonly baseline: readonly Group[] } {
    return this.#tiers;
  }

  add(policy: Policy): void {
    for (const set of setsOf(policy)) this.#use(set).count += 1;
    const same = this.#bySubjects.get(policy.subjects);
    if (same) same.add(policy);
    else this.#bySubjects.set(policy.subjects, new Set([policy]));
    if (policy.tier !== "namespace") {
      this.#tierPolicies.add(policy);
      this.#tiers = tierGroups(this.#tierPolicies);
      return;
    }
    for (const direction of DIRECTIONS) {
      const rules = policy[direction];
      if (!rules) continue;
      for (const subject of policy.subjects.sure) this.#isolate(direction, subject, policy);
      for (const rule of rules) {
        for (const set of rule.peers) {
          const users = this.#use(set);
          const uses = users[direction] ?? { rules: [], granted: null };
          users[direction] = uses;
          uses.rules.push({ policy, rule });
          uses.granted = null;
        }
      }
    }
  }

  remove(policy: Policy): void {
    const same = this.#bySubjects.get(policy.subjects);
    same?.delete(policy);
    if (same?.size === 0) this.#bySubjects.delete(policy.subjects);
    if (policy.tier !== "namespace") {
      this.#tierPolicies.delete(policy);
      this.#tiers = tierGroups(this.#tierPolicies);
    } else {
      for (const direction of DIRECTIONS) {
        if (!policy[direction]) continue;
        for (const subject of policy.subjects.sure) this.#release(direction, subject, policy);
        for (const set of setsOf(policy)) {
          const uses = this.#users.get(set)?.[direction];
          if (!uses) continue;
          uses.rules = uses.rules.filter((each) => each.policy !== policy);
          uses.granted = null;
        }
      }
    }
    for (const set of setsOf(policy)) {
      const users = this.#use(set);
      users.count -= 1;
      if (users.count > 0) continue;
      this.#users.delete(set);
      this.#unlist(set);
      this.#universe.forget(set);
    }
  }

  /** Namespaces' policies that select a class and isolate it in a direction. */
  isolating(direction: Direction, index: number): readonly Policy[] {
    return this.#isolating[direction].get(index) ?? [];
  }

  isolated(direction: Direction): IndexSet {
    const isolated = this.#isolated[direction];
    if (isolated.changed.size > 0) {
      const changed = IndexSet.of(isolated.changed);
      const now = [...isolated.changed].filter((index) => this.#isolating[direction].has(index));
      isolated.known = isolated.known.minus(changed).union(IndexSet.of(now));
      isolated.changed.clear();
    }
    return isolated.known;
  }

  /** Makes what questions would make first, so that the first is answered as fast as others. */
  prepare(): void {
    for (const direction of DIRECTIONS) {
      this.isolated(direction);
      for (const set of this.#wideSets) {
        const uses = this.#users.get(set)?.[direction];
        if (uses) uses.granted ??= this.#grantedBy(uses.rules, direction);
      }
    }
  }

  /** The sets that hold a class, surely or maybe; without those of its own namespace when `isAcross`. */
  *setsWith(index: number, { isAcross }: { isAcross: boolean }): Generator<PeerSet> {
    if (!isAcross) {
      const namespace = this.#universe.find(index)?.namespace ?? "";
      for (const set of this.#universe.ownSets(namespace)) if (set.sure.has(index)) yield set;
    }
    yield* this.#narrowSets.get(index) ?? [];
    for (const set of this.#wideSets) if (set.sure.has(index) || set.maybe.has(index)) yield set;
  }

  /** What namespaces' policies allow each of their subjects with a peer of the set. */
  grantedWith(set: PeerSet, direction: Direction, peer: KnownClass): PortsByPeer {
    const uses = this.#users.get(set)?.[direction];
    if (!uses) return PortsByPeer.none;
    uses.granted ??= this.#grantedBy(uses.rules, direction);
    const { fixed, named } = uses.granted;
    return named.reduce(
      (all, { ports, subjects }) => all.union(PortsByPeer.of(subjects, ports.at(peer))),
      fixed,
    );
  }

  /** A class that is new joins the sets and policies that mean it. */
  admit(index: number): void {
    const podClass = this.#universe.find(index);
    if (!podClass) return;
    for (const set of this.#universe.ownSets(podClass.namespace)) {
      this.#setMembership(set, index, set.test(podClass));
    }
    for (const set of this.#universe.sharedSets()) {
      this.#setMembership(set, index, set.test(podClass));
    }
  }

  /** A class that goes, or whose membership is to be found anew by `admit`. */
  dismiss(index: number): void {
    for (const set of [...this.setsWith(index, { isAcross: false })]) {
      this.#setMembership(set, index, "no");
    }
  }

  #setMembership(set: PeerSet, index: number, membership: "yes" | "no" | "maybe"): void {
    const was = set.sure.has(index) ? "yes" : set.maybe.has(index) ? "maybe" : "no";
    if (was === membership) return;
    const one = IndexSet.of([index]);
    this.#unlist(set);
    set.sure = membership === "yes" ? set.sure.union(one) : set.sure.minus(one);
    set.maybe = membership === "maybe" ? set.maybe.union(one) : set.maybe.minus(one);
    this.#list(set);
    for (const policy of this.#bySubjects.get(set) ?? []) {
      for (const direction of DIRECTIONS) {
        if (policy.tier !== "namespace" || !policy[direction]) continue;
        if (membership === "yes") this.#isolate(direction, index, policy);
        else this.#release(direction, index, policy);
      }
      // Its subjects are what the sets of its rules grant to.
      for (const peers of setsOf(policy)) {
        const users = this.#users.get(peers);
        if (users?.ingress) users.ingress.granted = null;
        if (users?.egress) users.egress.granted = null;
      }
    }
  }

  #grantedBy(rules: Uses["rules"], direction: Direction): Grants {
    const fixed = new Map<string, { ports: PortSet; subjects: number[] }>();
    const named = new Map<string, { ports: PortSpec; subjects: number[] }>();
    const grant = <Ports extends { toString(): string }>(
      into: Map<string, { ports: Ports; subjects: number[] }>,
      ports: Ports,
      subjects: Iterable<number>,
    ) => {
      const same = into.get(ports.toString()) ?? { ports, subjects: [] };
      into.set(ports.toString(), same);
      for (const subject of subjects) same.subjects.push(subject);
    };
    for (const { policy, rule } of rules) {
      const { ports } = rule;
      if (!ports.hasNames) grant(fixed, ports.at(undefined), policy.subjects.sure);
      else if (direction === "egress") grant(named, ports, policy.subjects.sure);
      else {
        // Inward the subject is the destination, and the names are its own.
        for (const subject of policy.subjects.sure) {
          grant(fixed, ports.at(this.#universe.find(subject)), [subject]);
        }
      }
    }
    return {
      fixed: [...fixed.values()].reduce(
        (all, { ports, subjects }) => all.union(PortsByPeer.of(IndexSet.of(subjects), ports)),
        PortsByPeer.none,
      ),
      named: [...named.values()].map(({ ports, subjects }) => ({
        ports,
        subjects: IndexSet.of(subjects),
      })),
    };
  }

  #use(set: PeerSet): Users {
    let users = this.#users.get(set);
    if (!users) {
      users = { count: 0, ingress: null, egress: null };
      this.#users.set(set, users);
      this.#list(set);
    }
    return users;
  }

  #list(set: PeerSet): void {
    if (set.namespace !== null) return;
    if (set.sure.size + set.maybe.size > NARROW) this.#wideSets.add(set);
    else {
      for (const index of set.sure.union(set.maybe)) {
        const sets = this.#narrowSets.get(index);
        if (sets) sets.add(set);
        else this.#narrowSets.set(index, new Set([set]));
      }
    }
  }

  #unlist(set: PeerSet): void {
    if (set.namespace !== null || this.#wideSets.delete(set)) return;
    for (const index of set.sure.union(set.maybe)) this.#narrowSets.get(index)?.delete(set);
  }

  #isolate(direction: Direction, index: number, policy: Policy): void {
    const policies = this.#isolating[direction].get(index);
    if (policies) policies.push(policy);
    else {
      this.#isolating[direction].set(index, [policy]);
      this.#isolated[direction].changed.add(index);
    }
  }

  #release(direction: Direction, index: number, policy: Policy): void {
    const left = (this.#isolating[direction].get(index) ?? []).filter((each) => each !== policy);
    if (left.length > 0) {
      this.#isolating[direction].set(index, left);
      return;
    }
    this.#isolating[direction].delete(index);
    this.#isolated[direction].changed.add(index);
  }
}

/** Each set that a policy names, once. */
function setsOf(policy: Policy): Set<PeerSet> {
  const sets = new Set([policy.subjects]);
  for (const direction of DIRECTIONS) {
    for (const { peers } of policy[direction] ?? []) for (const set of peers) sets.add(set);
  }
  return sets;
}
