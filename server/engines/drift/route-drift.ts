import type { CrossingEdge } from "#server/engines/isolation/crossing-edges.ts";
import type { ClusterComparison } from "./compare-cluster.ts";
import { asJson, findingOf } from "./drift-objects.ts";
import type { DriftFinding } from "./finding.ts";
import { wholeObject } from "./whole-object.ts";

/**
 * Connections between tenants that a policy lets through which nobody declared, or which is not as
 * declared: told on the policy, in the namespace where it stands.
 */
export function routeDrift(
  edges: readonly CrossingEdge[],
  { live, wanted, inSync, tenancy }: ClusterComparison,
): DriftFinding[] {
  const opened = new Map<string, Set<string>>();
  for (const edge of edges) {
    for (const { allowedBy } of [edge.from, edge.to]) {
      if (allowedBy.kind !== "policies") continue;
      for (const name of allowedBy.names) {
        opened.set(name, (opened.get(name) ?? new Set()).add(edge.ports));
      }
    }
  }
  return [...opened].flatMap(([name, ports]) => {
    // A name with its kind is that of a policy with a tier (`AllowedBy`).
    const key = name.includes(" ")
      ? `policy.networking.k8s.io ${name}`
      : `networking.k8s.io NetworkPolicy ${name}`;
    const policy = live.get(key);
    if (!policy || inSync.has(key)) return [];
    const detail = [...ports].sort().join("; ");
    return [
      findingOf("cross-tenant-route", policy, tenancy, {
        severity: "critical",
        detail,
        reason: "route-opened",
        params: { ports: detail },
        // One that is declared otherwise has its own finding, with the fields that differ.
        ...(wanted.has(key) ? {} : { whole: () => wholeObject("live", asJson(policy)) }),
      }),
    ];
  });
}
