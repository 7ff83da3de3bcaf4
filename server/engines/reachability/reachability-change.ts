import type { Direction } from "./compile-policy.ts";
import type { Verdict } from "./decide.ts";
import type { IndexSet } from "./index-set.ts";
import type { OutsideEdge } from "./outside-edges.ts";
import type { PodClass } from "./pod-classes.ts";
import type { PortSet } from "./port-set.ts";
import type { PortsByPeer } from "./ports-by-peer.ts";

/** What changed of the connections of one class, by sets of the others. */
export interface RowChange {
  class: PodClass;
  /** `outward`: from the class; `inward`: to it, from those that have no outward change themselves. */
  direction: "outward" | "inward";
  /** What may be allowed now and was not, and the other way round. */
  added: PortsByPeer;
  removed: PortsByPeer;
  /** The same of what surely is allowed. */
  settled: PortsByPeer;
  unsettled: PortsByPeer;
}

export interface OutsideChange {
  class: PodClass;
  direction: Direction;
  before: readonly OutsideEdge[];
  after: readonly OutsideEdge[];
}

export interface ReachabilityChange {
  /** Null when so many classes are touched that the whole is to be looked at anew. */
  rows: readonly RowChange[] | null;
  outside: readonly OutsideChange[];
  /** The classes that the change is about; null when the classes themselves are others. */
  touched: readonly number[] | null;
  /** The added or removed connections one by one; nothing when `rows` is null. */
  edges(which: "added" | "removed"): Generator<{ from: PodClass; to: PodClass; ports: PortSet }>;
}

/** Null when nothing changed. `except` are peers that tell it from their own side. */
export function rowChange(was: Verdict, is: Verdict, except: IndexSet) {
  const change = {
    added: is.may.minus(was.may).without(except),
    removed: was.may.minus(is.may).without(except),
    settled: is.sure.minus(was.sure).without(except),
    unsettled: was.sure.minus(is.sure).without(except),
  };
  return Object.values(change).every((each) => each.isEmpty) ? null : change;
}

/** Equal for equal connections with the outside. */
export function outsideText(edges: readonly OutsideEdge[]): string {
  return edges
    .map(({ range, ports, uncertain }) =>
      [range.family, range.from, range.to, ports, uncertain].join(" "),
    )
    .join(";");
}

export function changeOf(
  rows: readonly RowChange[] | null,
  outside: readonly OutsideChange[],
  touched: readonly number[] | null,
  find: (index: number) => PodClass | undefined = () => undefined,
): ReachabilityChange {
  return {
    rows,
    outside,
    touched,
    *edges(which) {
      for (const { class: podClass, direction, [which]: row } of rows ?? []) {
        for (const { peers, ports } of row.blocks) {
          for (const index of peers) {
            const other = find(index);
            if (!other) continue;
            const [from, to] = direction === "outward" ? [podClass, other] : [other, podClass];
            yield { from, to, ports };
          }
        }
      }
    },
  };
}
