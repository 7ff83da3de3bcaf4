import type { Policy } from "./compile-policy.ts";
import type { Group } from "./decide.ts";

/** The policies of each tier in the order in which they are asked, those of one priority together. */
export function tierGroups(policies: Iterable<Policy>): { admin: Group[]; baseline: Group[] } {
  const tier = (name: Policy["tier"]) => {
    const own = [...policies].filter((policy) => policy.tier === name);
    // A BaselineAdminNetworkPolicy has no place among those of the newer API: any of them may decide.
    const isMixed = new Set(own.map(({ name: text }) => text.split(" ")[0])).size > 1;
    const byPriority = new Map<number, Policy[]>();
    for (const policy of own) {
      const priority = isMixed && name === "baseline" ? 0 : policy.priority;
      byPriority.set(priority, [...(byPriority.get(priority) ?? []), policy]);
    }
    return [...byPriority].sort(([a], [b]) => a - b).map(([, group]) => group);
  };
  return { admin: tier("admin"), baseline: tier("baseline") };
}
