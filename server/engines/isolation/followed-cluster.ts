import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { ReachabilityIndex } from "#server/engines/reachability/reachability-index.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import { CROSSING_LIMITS, type CrossingLimits, crossings } from "./crossing-edges.ts";
import { type FactsStep, FollowedFacts } from "./followed-facts.ts";
import { FrozenReach } from "./frozen-reach.ts";
import type { JudgedCluster } from "./judge-isolation.ts";
import { KeptCrossings } from "./kept-crossings.ts";

/** How a look came about: `changes` is null where the whole was computed. */
export interface FollowedLook {
  judged: JudgedCluster;
  changes: number | null;
}

interface Kept {
  index: ReachabilityIndex;
  crossings: KeptCrossings;
  reach: FrozenReach;
  hasTiers: boolean;
}

/** Numbers of classes are never given again: with many that are gone, the index is made anew. */
const LEAST_WIDTH = 10_000;
/** A change about more classes than that: all rows are made. */
const MOST_TOUCHED = 5_000;

/**
 * One cluster's reachability from reading to reading: a change of a policy, a pod or a namespace is applied
 * to what is kept (ADR 35). Says at each reading what is computed from that reading alone. What it gives is
 * not touched by later readings.
 */
export class FollowedCluster {
  readonly #limits: CrossingLimits;
  readonly #facts = new FollowedFacts();
  #kept: Kept | null = null;

  constructor(limits: CrossingLimits = CROSSING_LIMITS) {
    this.#limits = limits;
  }

  /**
   * `tenancyOf` is given whether every object could be understood. Throws `RangeError` naming a malformed
   * CIDR, and begins anew at the next reading.
   */
  look(
    manifests: readonly Manifest[],
    tenancyOf: (isComplete: boolean) => ClusterTenancy,
  ): FollowedLook {
    const last = this.#kept;
    this.#kept = null;
    try {
      const step = this.#facts.read(manifests);
      const tenancy = tenancyOf(step.problems === 0);
      const followed = last && step.changes && this.#follow(last, step.changes, tenancy);
      if (!followed) return { judged: this.#whole(step, tenancy), changes: null };
      this.#kept = followed;
      return { judged: judgedOf(tenancy, followed), changes: step.changes?.length ?? 0 };
    } catch (error) {
      this.#facts.forget();
      throw error;
    }
  }

  #whole(step: FactsStep, tenancy: ClusterTenancy): JudgedCluster {
    const facts = step.facts();
    const index = new ReachabilityIndex(facts);
    const view = index.view();
    const kept = KeptCrossings.begin(view, tenancy, this.#limits);
    const reach = FrozenReach.of(view);
    if (!kept) return { tenancy, reach, ...crossings(view, tenancy, this.#limits) };
    const hasTiers = (facts.tierPolicies ?? []).length > 0;
    this.#kept = { index, crossings: kept, reach, hasTiers };
    return judgedOf(tenancy, this.#kept);
  }

  #follow(
    { index, crossings: edges, reach, hasTiers: had }: Kept,
    changes: NonNullable<FactsStep["changes"]>,
    tenancy: ClusterTenancy,
  ): Kept | null {
    const touched = new Set<number>();
    for (const change of changes) {
      const about = index.follow(change);
      if (about === null) return null;
      for (const each of about) touched.add(each);
    }
    const view = index.view();
    if (touched.size > MOST_TOUCHED || index.width > 2 * view.classes.length + LEAST_WIDTH) {
      return null;
    }
    const kept = edges.follow(view, tenancy, touched);
    if (!kept) return null;
    // Whether a policy with a tier denies everybody depends on who there is.
    const hasTiers = had || changes.some(({ kind }) => kind === "tier-policy");
    const isSame = changes.length === 0;
    const frozen = hasTiers && !isSame ? FrozenReach.of(view) : reach.after(view, touched);
    return { index, crossings: kept, reach: frozen, hasTiers };
  }
}

function judgedOf(tenancy: ClusterTenancy, { crossings: edges, reach }: Kept): JudgedCluster {
  return { tenancy, reach, edges: edges.edges(), unlisted: new Map() };
}
