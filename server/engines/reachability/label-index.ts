import type { LabelSelector, Labels } from "./label-selector.ts";

/** Things by their labels, so that a selector looks at the few that it may match. */
export class LabelIndex<Item> {
  readonly #byKey = new Map<string, Map<string, Set<Item>>>();

  add(labels: Labels, item: Item): void {
    for (const [key, value] of Object.entries(labels)) {
      const byValue = this.#byKey.get(key) ?? new Map<string, Set<Item>>();
      this.#byKey.set(key, byValue);
      const items = byValue.get(value);
      if (items) items.add(item);
      else byValue.set(value, new Set([item]));
    }
  }

  remove(labels: Labels, item: Item): void {
    for (const [key, value] of Object.entries(labels)) {
      const byValue = this.#byKey.get(key);
      const items = byValue?.get(value);
      items?.delete(item);
      if (items?.size === 0) byValue?.delete(value);
    }
  }

  /**
   * Some items that hold all that match, or null when the selector asks for no label to be there. What
   * comes back must still be matched.
   */
  candidates(selector: LabelSelector): { size: number; items: Iterable<Item> } | null {
    let least: { size: number; sets: readonly Set<Item>[] } | null = null;
    const consider = (sets: readonly Set<Item>[]) => {
      const size = sets.reduce((sum, set) => sum + set.size, 0);
      if (least === null || size < least.size) least = { size, sets };
    };
    const holding = (key: string, value: string) => {
      const set = this.#byKey.get(key)?.get(value);
      return set ? [set] : [];
    };
    for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
      consider(holding(key, value));
    }
    for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
      if (operator === "In") consider([...new Set(values)].flatMap((value) => holding(key, value)));
      else if (operator === "Exists") consider([...(this.#byKey.get(key)?.values() ?? [])]);
    }
    return least === null ? null : iterated(least);
  }
}

function iterated<Item>({ size, sets }: { size: number; sets: readonly Set<Item>[] }) {
  function* items() {
    for (const set of sets) yield* set;
  }
  return { size, items: items() };
}
