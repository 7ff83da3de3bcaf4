import fc from "fast-check";
import { expect, test } from "vitest";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import type { ClusterFacts } from "#server/engines/reachability/model.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { cluster } from "#server/engines/reachability/testing/arbitrary-cluster.ts";
import { clusterTenancy } from "./cluster-tenancy.ts";
import { crossingEdges, crossings } from "./crossing-edges.ts";

function tenancyOf(owners: Readonly<Record<string, string | null>>) {
  const documents = Object.entries(owners).map(([name, tenant]) => {
    const label = tenant === null ? "" : `labels: { catalyst.openova.io/tenant: ${tenant} }`;
    return `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, ${label} }`;
  });
  const { manifests } = readManifests("x.yaml", documents.join("\n---\n"));
  return clusterTenancy({ name: "x", manifests, isComplete: true });
}

test("crossing edges found by sets are those among all edges", { timeout: 60_000 }, () => {
  const owner = fc.constantFrom("acme", "lulu", null);
  fc.assert(
    fc.property(cluster, fc.tuple(owner, owner, owner), (facts, [a, b, c]) => {
      const owners = { a, b, c };
      const reach = computeReachability(facts);
      const of = (namespace: string) => owners[namespace as "a"];
      const expected = [...reach.edges()].flatMap(({ from, to, ports }) => {
        if (from.kind !== "pods" || to.kind !== "pods") return [];
        if (of(from.class.namespace) === of(to.class.namespace)) return [];
        const [source, target] = [from.class.workloads, to.class.workloads];
        return source.flatMap((one) => target.map((other) => `${one} => ${other} : ${ports}`));
      });
      const found = crossingEdges(reach, tenancyOf(owners));
      expect(
        found.map(({ from, to, ports }) => `${from.workload} => ${to.workload} : ${ports}`),
      ).toEqual(expected.sort());
    }),
  );
});

test("what is not listed is counted, and nobody's list is crowded out", { timeout: 60_000 }, () => {
  const owners: Record<string, string> = {};
  for (let at = 0; at < 12; at++) owners[`ns-${at}`] = ["acme", "lulu", "bank"][at % 3] as string;
  const facts: ClusterFacts = {
    namespaces: [],
    policies: [],
    pods: Object.keys(owners).map((namespace) => ({
      namespace,
      workload: "web",
      workloadKind: "Pod",
      labels: {},
      namedPorts: [],
      isHostNetwork: false,
    })),
  };
  const limit = fc.integer({ min: 0, max: 80 });
  fc.assert(
    fc.property(limit, limit, fc.integer({ min: 0, max: 9 }), (ofTenant, inAll, atLeast) => {
      const reach = computeReachability(facts);
      const found = crossings(reach, tenancyOf(owners), { ofTenant, inAll, atLeast });
      for (const tenant of ["acme", "lulu", "bank"]) {
        const listed = found.edges.filter((edge) =>
          [edge.from, edge.to].some(
            (side) => side.owner.kind === "tenant" && side.owner.tenant === tenant,
          ),
        ).length;
        // Four namespaces with eight others, both ways.
        expect(listed + (found.unlisted.get(tenant) ?? 0)).toBe(64);
        expect(listed).toBeGreaterThanOrEqual(Math.min(64, atLeast));
      }
      expect(found.edges.length).toBeLessThanOrEqual(inAll + 3 * Math.max(1, atLeast));
    }),
  );
});
