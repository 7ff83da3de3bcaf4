import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgeLines } from "./edge-text.ts";
import type { ClusterFacts, NetworkPolicy } from "./model.ts";
import { workloadOf } from "./pod-classes.ts";
import { PortSet } from "./port-set.ts";
import { computeReachability, type Edge } from "./reachability.ts";
import { cluster, policy, rule } from "./testing/arbitrary-cluster.ts";
import { engineVerdicts, probesOf } from "./testing/probe-reachability.ts";
import { referenceVerdict } from "./testing/reference-evaluator.ts";

describe("computeReachability", { timeout: 60_000 }, () => {
  it("agrees with the definition, connection by connection", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const edges = [...computeReachability(facts).edges()];
        const wrong = [...probesOf(facts)].flatMap((probes) => {
          // IPv6 shows only where a policy speaks of it.
          const isSix = [probes[0]?.from, probes[0]?.to].includes("fd00::5");
          if (isSix && !edges.some(({ to, from }) => isIpv6(from) || isIpv6(to))) return [];
          const found = engineVerdicts(edges, probes);
          return probes.filter((probe, at) => {
            const { may, sure } = referenceVerdict(facts, probe);
            return found[at]?.may !== may || found[at]?.sure !== sure;
          });
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("names the policies that allow and deny: together they are the verdict", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const reach = computeReachability(facts);
        const names = new Set([
          ...facts.policies.map(({ namespace, name }) => `${namespace}/${name}`),
          ...(facts.tierPolicies ?? []).map(({ kind, name }) => `${kind} ${name}`),
        ]);
        for (const edge of reach.edges()) {
          for (const side of Object.values(reach.whyAllowed(edge))) {
            if (side.kind !== "policies") continue;
            expect(side.names.length).toBeGreaterThan(0);
            for (const name of side.names) expect(names).toContain(name);
          }
          const denied = Object.values(reach.whyDenied(edge.from, edge.to)).flatMap((side) =>
            side.kind === "policies" ? [side.ports] : [],
          );
          // What surely passes is denied by nobody; what doesn't pass is denied by somebody.
          const sure = edge.ports.minus(edge.uncertain);
          const all = denied.reduce((sum, ports) => sum.union(ports), PortSet.none);
          expect(all.intersect(sure).isEmpty).toBe(true);
          expect(PortSet.all.minus(edge.ports).minus(all).isEmpty).toBe(true);
        }
      }),
    );
  });

  it("does not depend on the order of anything, nor on names of policies", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const other = {
          ...facts,
          namespaces: [...facts.namespaces].reverse(),
          pods: [...facts.pods].reverse(),
          policies: [...facts.policies].reverse().map((each, at) => ({ ...each, name: `p${at}` })),
          tierPolicies: [...(facts.tierPolicies ?? [])].reverse(),
        };
        for (const which of ["certain", "uncertain"] as const) {
          expect(edgeLines(computeReachability(other), which)).toEqual(
            edgeLines(computeReachability(facts), which),
          );
        }
      }),
    );
  });

  it("loses no edge when a rule is added to a policy", () => {
    fc.assert(
      fc.property(cluster, rule, fc.nat(), (facts, added, at) => {
        fc.pre(facts.policies.length > 0);
        const chosen = at % facts.policies.length;
        const policies = facts.policies.map((each, index) =>
          index === chosen
            ? { ...each, ingress: [...each.ingress, added], egress: [...each.egress, added] }
            : each,
        );
        expectKept(facts, { ...facts, policies });
      }),
    );
  });

  it("loses no edge by a policy that isolates nobody who was not isolated", () => {
    fc.assert(
      fc.property(cluster, policy, (facts, added) => {
        // The pods that it selects are isolated in its directions before it comes.
        const isolating = (direction: "isolatesIngress" | "isolatesEgress"): NetworkPolicy => ({
          ...added,
          name: `before-${direction}`,
          isolatesIngress: false,
          isolatesEgress: false,
          [direction]: added[direction],
          ingress: [],
          egress: [],
        });
        const policies = [
          ...facts.policies,
          isolating("isolatesIngress"),
          isolating("isolatesEgress"),
        ];
        expectKept({ ...facts, policies }, { ...facts, policies: [...policies, added] });
      }),
    );
  });

  it("names the policy of a CIDR that can't be", () => {
    const bad: NetworkPolicy = {
      namespace: "shop",
      name: "to-bank",
      podSelector: {},
      isolatesIngress: false,
      isolatesEgress: true,
      ingress: [],
      egress: [{ peers: [{ kind: "ip", cidr: "10.0.0.0/33", except: [] }], ports: [] }],
    };
    expect(() => computeReachability({ namespaces: [], pods: [], policies: [bad] })).toThrow(
      'NetworkPolicy shop/to-bank: "10.0.0.0/33" is not a CIDR',
    );
  });
});

function isIpv6(peer: Edge["from"]): boolean {
  return peer.kind === "external" && peer.range.family === 6;
}

/** Every port that was allowed between two pods still is. */
function expectKept(before: ClusterFacts, after: ClusterFacts): void {
  const portsOf = (facts: ClusterFacts) => {
    const found = new Map<string, PortSet>();
    for (const { from, to, ports } of computeReachability(facts).edges()) {
      if (from.kind !== "pods" || to.kind !== "pods") continue;
      for (const source of from.class.workloads) {
        for (const target of to.class.workloads) found.set(`${source} ${target}`, ports);
      }
    }
    return found;
  };
  const now = portsOf(after);
  for (const [pair, ports] of portsOf(before)) {
    expect(ports.minus(now.get(pair) ?? PortSet.none).isEmpty).toBe(true);
  }
}

describe("classes", { timeout: 60_000 }, () => {
  it("name each workload of a cluster", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const { classes } = computeReachability(facts);
        expect(classes.flatMap(({ workloads }) => workloads).sort()).toEqual(
          facts.pods.map(workloadOf).sort(),
        );
      }),
    );
  });
});
