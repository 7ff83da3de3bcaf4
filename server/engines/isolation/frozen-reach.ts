import { DIRECTIONS, type Direction } from "#server/engines/reachability/compile-policy.ts";
import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import type { Reachability } from "#server/engines/reachability/reachability.ts";

/** What cells are judged by, besides edges: who runs, and which policies isolate them. */
export type ReachView = Pick<Reachability, "classes" | "isolatingPolicies">;

type Frozen = Omit<PodClass, never> & {
  readonly isolatedBy: Readonly<Record<Direction, readonly string[]>>;
};

/** A view that stays as it is while the reachability that it was taken from goes on. */
export class FrozenReach implements ReachView {
  readonly classes: readonly PodClass[];
  readonly #byIndex: ReadonlyMap<number, Frozen>;

  private constructor(byIndex: ReadonlyMap<number, Frozen>) {
    this.#byIndex = byIndex;
    this.classes = [...byIndex.values()];
  }

  static of(reach: Reachability): FrozenReach {
    return new FrozenReach(new Map(reach.classes.map((each) => [each.index, frozen(reach, each)])));
  }

  /** After a change about these classes, also ones that are gone; the rest is taken as it was. */
  after(reach: Reachability, touched: Iterable<number>): FrozenReach {
    const next = new Map(this.#byIndex);
    for (const index of touched) {
      const now = reach.classAt(index);
      if (now) next.set(index, frozen(reach, now));
      else next.delete(index);
    }
    return new FrozenReach(next);
  }

  isolatingPolicies({ index }: PodClass, direction: Direction): string[] {
    return [...(this.#byIndex.get(index)?.isolatedBy[direction] ?? [])];
  }
}

function frozen(reach: Reachability, podClass: PodClass): Frozen {
  const { index, namespace, labels, namedPorts, isHostNetwork, workloads } = podClass;
  const [ingress, egress] = DIRECTIONS.map((direction) =>
    reach.isolatingPolicies(podClass, direction).sort(),
  );
  const isolatedBy = { ingress: ingress ?? [], egress: egress ?? [] };
  return { index, namespace, labels, namedPorts, isHostNetwork, workloads, isolatedBy };
}
