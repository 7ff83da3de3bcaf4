import { DIRECTIONS, type Direction, type Policy } from "./compile-policy.ts";
import type { Verdict } from "./decide.ts";
import { IndexSet } from "./index-set.ts";
import type { ClusterFacts, Namespace, NetworkPolicy, Pod, TierPolicy } from "./model.ts";
import { type OutsideEdge, outsideEdges } from "./outside-edges.ts";
import type { KnownClass } from "./pod-classes.ts";
import { PortsByPeer } from "./ports-by-peer.ts";
import { networksOf, ReachEngine } from "./reach-engine.ts";
import { type Reachability, reachabilityOf } from "./reachability.ts";
import {
  changeOf,
  type OutsideChange,
  outsideText,
  type ReachabilityChange,
  type RowChange,
  rowChange,
} from "./reachability-change.ts";

/** One object that came, went (`after` is null) or became another. */
export type FactChange =
  | { kind: "policy"; before: NetworkPolicy | null; after: NetworkPolicy | null }
  | { kind: "tier-policy"; before: TierPolicy | null; after: TierPolicy | null }
  | { kind: "pod"; before: Pod | null; after: Pod | null }
  | { kind: "namespace"; after: Namespace };

/** A change that touches more classes is not told row by row: a policy with a tier may touch all. */
const MOST_TOUCHED = 2_000;
const FAMILIES = [4, 6] as const;

/**
 * Reachability that is kept and follows changes one by one: what is computed anew is the rows of the
 * classes that the change is about. After any sequence of changes it says what `computeReachability` says
 * of the facts as they are then.
 */
export class ReachabilityIndex {
  #engine: ReachEngine;
  readonly #policies = new Map<string, { policy: NetworkPolicy; compiled: Policy }[]>();
  readonly #tierPolicies = new Map<string, { policy: TierPolicy; compiled: Policy }>();
  readonly #rest: Pick<ClusterFacts, "nodes">;
  #isTelling = true;

  constructor(facts: ClusterFacts) {
    this.#rest = { nodes: facts.nodes ?? [] };
    this.#engine = this.#built(facts);
  }

  /** The whole, as it is now. It is no longer valid after the next change. */
  view(): Reachability {
    return reachabilityOf(this.#engine, {
      ...this.#rest,
      namespaces: [],
      pods: this.#engine.universe.classes.length > 0 ? [ANY_POD] : [],
      policies: [...this.#policies.values()].flat().map(({ policy }) => policy),
      tierPolicies: [...this.#tierPolicies.values()].map(({ policy }) => policy),
    });
  }

  /** Throws `RangeError` naming a malformed CIDR, and then has changed nothing. */
  apply(change: FactChange): ReachabilityChange {
    switch (change.kind) {
      case "policy":
        return this.#applyPolicy(change.before, change.after);
      case "tier-policy":
        return this.#applyTierPolicy(change.before, change.after);
      case "pod":
        return this.#applyPod(change.before, change.after);
      case "namespace":
        return this.#applyNamespace(change.after);
    }
  }

  /**
   * Applies a change without telling what became of connections: gives the classes that it is about, gone
   * ones among them; every connection that changed, or is for another reason now, has one of them at an
   * end. Null when all may be others. Throws as `apply` does.
   */
  follow(change: FactChange): readonly number[] | null {
    this.#isTelling = false;
    try {
      const { touched } = this.apply(change);
      if (touched === null || change.kind !== "pod" || !change.after) return touched;
      const joined = this.#engine.universe.classOf(change.after);
      return joined ? [...touched, joined.index] : touched;
    } finally {
      this.#isTelling = true;
    }
  }

  /** How many classes there ever were: what is gone keeps its number. */
  get width(): number {
    return this.#engine.universe.width;
  }

  #applyPolicy(before: NetworkPolicy | null, after: NetworkPolicy | null): ReachabilityChange {
    const compiled = after && this.#engine.compile(after);
    const same = before ? this.#policies.get(nameOf(before)) : undefined;
    const old = same?.at(-1)?.compiled;
    const touched = subjectsOf(compiled, old);
    return this.#around(touched, () => {
      if (after && compiled) this.#keep(after, compiled);
      if (old) {
        same?.splice(
          same.findLastIndex((each) => each.compiled === old),
          1,
        );
        this.#engine.book.remove(old);
      }
      return touched;
    });
  }

  #applyTierPolicy(before: TierPolicy | null, after: TierPolicy | null): ReachabilityChange {
    const networks = after ? networksOf([after]) : new Set<string>();
    if ([...networks].some((cidr) => !this.#engine.universe.knowsNetwork(cidr))) {
      return this.#rebuilt(before, after as TierPolicy);
    }
    const compiled = after && this.#engine.compileTier(after);
    const old = before ? this.#tierPolicies.get(tierName(before))?.compiled : undefined;
    const touched = subjectsOf(compiled, old);
    return this.#around(touched, () => {
      if (after && compiled) {
        this.#engine.book.add(compiled);
        this.#tierPolicies.set(tierName(after), { policy: after, compiled });
      }
      if (old) this.#engine.book.remove(old);
      if (before && (!after || tierName(after) !== tierName(before))) {
        this.#tierPolicies.delete(tierName(before));
      }
      return touched;
    });
  }

  /** A network that no policy named before tells pods apart anew: the classes are others. */
  #rebuilt(before: TierPolicy | null, after: TierPolicy): ReachabilityChange {
    const policies = [...this.#policies.values()].flat().map(({ policy }) => policy);
    if (before) this.#tierPolicies.delete(tierName(before));
    const tiers = [...this.#tierPolicies.values()].map(({ policy }) => policy);
    const facts = this.#engine.universe.facts();
    this.#engine = this.#built({
      ...this.#rest,
      ...facts,
      policies,
      tierPolicies: [...tiers.filter((each) => tierName(each) !== tierName(after)), after],
    });
    return changeOf(null, [], null);
  }

  #applyPod(before: Pod | null, after: Pod | null): ReachabilityChange {
    const { universe, book } = this.#engine;
    const leaving = before ? universe.classOf(before) : undefined;
    return this.#around(leaving ? [leaving.index] : [], () => {
      let joining: KnownClass | undefined;
      if (after) {
        const { podClass, isNew } = universe.addClass(after);
        podClass.join(after);
        if (isNew) {
          book.admit(podClass.index);
          joining = podClass;
        }
      }
      if (leaving && before) {
        leaving.leave(before);
        if (leaving.pods.length === 0) {
          book.dismiss(leaving.index);
          universe.removeClass(leaving);
        }
      }
      return joining ? [joining.index] : [];
    });
  }

  #applyNamespace(after: Namespace): ReachabilityChange {
    const { universe, book } = this.#engine;
    const touched = universe.classesOf(after.name).map(({ index }) => index);
    return this.#around(touched, () => {
      universe.putNamespace(after);
      for (const index of touched) book.admit(index);
      return touched;
    });
  }

  /** Rows of the classes touched, before and after: every changed connection has one of them at an end. */
  #around(touched: readonly number[], act: () => readonly number[]): ReachabilityChange {
    const { universe } = this.#engine;
    const isFew = this.#isTelling && touched.length <= MOST_TOUCHED;
    const before = isFew ? this.#rowsOf(touched) : [];
    this.#engine.forgetRows();
    const also = act();
    this.#engine.forgetRows();
    const about = [...touched, ...also];
    if (!isFew || also.length > MOST_TOUCHED) return changeOf(null, [], about);
    const all = IndexSet.of(about);
    const after = this.#rowsOf([...all]);
    const find = (index: number) =>
      universe.find(index) ?? before.find((each) => each.class.index === index)?.class;
    const rows: RowChange[] = [];
    const outside: OutsideChange[] = [];
    for (const index of all) {
      const podClass = find(index);
      if (!podClass) continue;
      const [was, is] = [before, after].map((list) => list.find((each) => each.class === podClass));
      for (const direction of ["outward", "inward"] as const) {
        const except = direction === "inward" ? all : IndexSet.empty;
        const row = rowChange(was?.[direction] ?? NOTHING, is?.[direction] ?? NOTHING, except);
        if (row) rows.push({ class: podClass, direction, ...row });
      }
      for (const direction of DIRECTIONS) {
        const [old, now] = [was?.outside[direction] ?? [], is?.outside[direction] ?? []];
        if (outsideText(old) !== outsideText(now)) {
          outside.push({ class: podClass, direction, before: old, after: now });
        }
      }
    }
    return changeOf(rows, outside, about, find);
  }

  #rowsOf(indexes: Iterable<number>): Rows[] {
    const { universe } = this.#engine;
    return [...indexes].flatMap((index): Rows[] => {
      const podClass = universe.find(index);
      if (!podClass) return [];
      const at = (direction: Direction) =>
        outsideEdges(this.#engine, podClass, direction, FAMILIES);
      return [
        {
          class: podClass,
          outward: this.#engine.outward(podClass, universe.live),
          inward: this.#engine.inward(podClass, universe.live),
          outside: { ingress: at("ingress"), egress: at("egress") },
        },
      ];
    });
  }

  #built(facts: ClusterFacts): ReachEngine {
    const engine = new ReachEngine(
      { ...facts, policies: [], tierPolicies: [] },
      { wholeLabels: true, networks: networksOf(facts.tierPolicies ?? []) },
    );
    this.#engine = engine;
    this.#policies.clear();
    this.#tierPolicies.clear();
    for (const policy of facts.policies) this.#keep(policy, engine.compile(policy));
    for (const policy of facts.tierPolicies ?? []) {
      const compiled = engine.compileTier(policy);
      engine.book.add(compiled);
      this.#tierPolicies.set(tierName(policy), { policy, compiled });
    }
    engine.book.prepare();
    return engine;
  }

  #keep(policy: NetworkPolicy, compiled: Policy): void {
    this.#engine.book.add(compiled);
    const same = this.#policies.get(nameOf(policy));
    if (same) same.push({ policy, compiled });
    else this.#policies.set(nameOf(policy), [{ policy, compiled }]);
  }
}

interface Rows {
  class: KnownClass;
  outward: Verdict;
  inward: Verdict;
  outside: Record<Direction, OutsideEdge[]>;
}

const NOTHING: Verdict = { may: PortsByPeer.none, sure: PortsByPeer.none };
/** The view asks only whether there are pods. */
const ANY_POD: Pod = {
  namespace: "",
  workload: "",
  workloadKind: "Pod",
  labels: {},
  namedPorts: [],
  isHostNetwork: false,
};

function subjectsOf(...policies: (Policy | null | undefined)[]): number[] {
  const all = policies.reduce(
    (sum, policy) => (policy ? sum.union(policy.subjects.sure) : sum),
    IndexSet.empty,
  );
  return [...all];
}

function nameOf({ namespace, name }: NetworkPolicy): string {
  return `${namespace}/${name}`;
}

function tierName({ kind, name }: TierPolicy): string {
  return `${kind} ${name}`;
}
