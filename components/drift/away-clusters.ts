import type { DriftRule } from "#server/engines/drift/finding.ts";
import type { KnownSource } from "#server/features/drift/schema.ts";

/** Of which clusters something is away: the cluster itself, or only what is desired of it. */
export type AwayClusters = ReadonlyMap<string, "cluster" | "desired">;

/** These are told from the cluster alone. */
const WITHOUT_DESIRED: readonly DriftRule[] = ["unexpected-image", "isolation-violated"];

export function awayClusters(sources: readonly KnownSource[]): AwayClusters {
  const away = new Map<string, "cluster" | "desired">();
  for (const { kind, cluster, reason } of sources) {
    if (reason === null || kind === "isolation") continue;
    if (kind === "cluster") away.set(cluster, "cluster");
    else if (!away.has(cluster)) away.set(cluster, "desired");
  }
  return away;
}

/** Whether nobody can tell of any of these clusters that it still is so. */
export function isUnknown(
  away: AwayClusters,
  clusters: readonly string[],
  rule: DriftRule,
): boolean {
  return clusters.every((cluster) => {
    const what = away.get(cluster);
    return what === "cluster" || (what === "desired" && !WITHOUT_DESIRED.includes(rule));
  });
}
