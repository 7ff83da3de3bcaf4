import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterTenancy } from "../isolation/cluster-tenancy.ts";
import { readManifests } from "../kubernetes/read-manifests.ts";
import { clusterUse, millis } from "./cluster-use.ts";
import { noisyNeighbours } from "./noisy-neighbours.ts";

/** Two tenants on one pool of two nodes, and one alone on its own. */
const CLUSTER = `
${namespace("acme-prod", "acme")}
${namespace("lulu-prod", "lulu")}
${namespace("solo-prod", "solo")}
${node("node-1", "common", "4", "8Gi")}
${node("node-2", "common", "4", "8Gi")}
${node("node-3", "own", "2", "4Gi")}
${pod("acme-prod", "a1", "node-1", "requests: { cpu: 500m, memory: 1Gi }, limits: { cpu: 1, memory: 1Gi }")}
${pod("lulu-prod", "l1", "node-2", "requests: { cpu: 1, memory: 2Gi }, limits: { cpu: 1, memory: 2Gi }")}
${pod("solo-prod", "s1", "node-3", "requests: { cpu: 2 }")}
${quota("acme-prod", "2", "500m")}
${quota("lulu-prod", "2", "1")}
`;

test("what is declared of a quota, what it says is used, and what runs, side by side", () => {
  const use = clusterUse(tenancyOf(CLUSTER));
  const of = (tenant: string, resource: string) =>
    use.find((each) => each.tenant === tenant && each.resource === resource);
  expect(of("acme", "requests.cpu")).toEqual({
    tenant: "acme",
    environment: "prod",
    resource: "requests.cpu",
    hard: 2_000n,
    used: 500n,
    requested: 500n,
    limited: 1_000n,
    allocatable: 10_000n,
    unlimited: 0,
  });
  expect(of("acme", "pods")).toMatchObject({ requested: 1_000n, hard: null });
  // Nobody says: null, never nought.
  expect(of("solo", "limits.memory")).toMatchObject({ hard: null, limited: null, unlimited: 1 });
});

test("nobody is noisy who stays within the half, and nobody who is alone", () => {
  expect(noisyNeighbours(tenancyOf(CLUSTER))).toEqual([]);
});

test("without limits, over half of the nodes, over a quota: ordered, each with whom it crowds", () => {
  const crowded = CLUSTER.replace(
    "requests: { cpu: 1, memory: 2Gi }, limits: { cpu: 1, memory: 2Gi }",
    "requests: { cpu: 5, memory: 2Gi }, limits: { memory: 2Gi }",
  ).replace('used: { "requests.cpu": "500m" }', 'used: { "requests.cpu": "3" }');
  const found = noisyNeighbours(tenancyOf(crowded));
  expect(found.map(({ tenant, cause, resource }) => [tenant, cause, resource])).toEqual([
    ["acme", "over-quota", "cpu"],
    ["lulu", "no-limits", "cpu"],
    ["lulu", "share", "cpu"],
  ]);
  expect(found[2]).toMatchObject({ share: 625, pool: "common", crowded: [{ tenant: "acme" }] });
  expect(noisyNeighbours(tenancyOf(crowded), 700).map(({ cause }) => cause)).not.toContain("share");
});

test("a node that does not say what it can give leaves the share unknown, and no half sum", () => {
  const silent = CLUSTER.replace(
    'status: { allocatable: { cpu: "4", memory: 8Gi, pods: "110" } }',
    "status: {}",
  );
  const use = clusterUse(tenancyOf(silent));
  expect(use.every(({ allocatable }) => allocatable === null)).toBe(true);
  const unlimited = silent.replace(", limits: { cpu: 1, memory: 2Gi }", "");
  for (const each of noisyNeighbours(tenancyOf(unlimited))) expect(each.share).toBeNull();
});

test("the order of manifests changes nothing, and a pod more never makes anybody quieter", () => {
  const parts = CLUSTER.split(/^---$/m).filter((each) => each.trim() !== "");
  fc.assert(
    fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (shuffled) => {
      const tenancy = tenancyOf(shuffled.join("---\n"));
      expect(clusterUse(tenancy)).toEqual(clusterUse(tenancyOf(CLUSTER)));
      expect(noisyNeighbours(tenancy)).toEqual(noisyNeighbours(tenancyOf(CLUSTER)));
    }),
    { numRuns: 20 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 64 }), (cores) => {
      const more = `${CLUSTER}${pod("lulu-prod", "l2", "node-1", `requests: { cpu: ${cores} }, limits: { cpu: 64, memory: 1Gi }`)}`;
      const isNoisy = noisyNeighbours(tenancyOf(more)).some(
        ({ tenant, cause, resource }) =>
          tenant === "lulu" && cause === "share" && resource === "cpu",
      );
      expect(isNoisy).toBe(1_000 + cores * 1_000 > 4_000);
    }),
  );
});

test("quantities in thousandths, rounded up; what is none is nothing", () => {
  expect([
    millis("1"),
    millis("1500m"),
    millis("1n"),
    millis("1Ki"),
    millis("x"),
    millis(undefined),
  ]).toEqual([1_000n, 1_500n, 1n, 1_024_000n, undefined, undefined]);
});

function tenancyOf(text: string) {
  const documents = text.split(/^---$/m).filter((each) => each.trim() !== "");
  const { manifests, problems } = readManifests("cluster.yaml", documents.join("---\n"));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return clusterTenancy({ name: "c", manifests, isComplete: true });
}
function namespace(name: string, tenant: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { catalyst.openova.io/tenant: ${tenant}, catalyst.openova.io/environment: prod } }\n---`;
}
function node(name: string, pool: string, cpu: string, memory: string): string {
  return `apiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: { catalyst.openova.io/node-pool: ${pool} } }\nstatus: { allocatable: { cpu: "${cpu}", memory: ${memory}, pods: "110" } }\n---`;
}
function pod(space: string, name: string, on: string, resources: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: ${space} }\nspec: { nodeName: ${on}, containers: [{ name: app, image: app, resources: { ${resources} } }] }\n---`;
}
function quota(space: string, hard: string, used: string): string {
  return `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q, namespace: ${space} }\nspec: { hard: { "requests.cpu": "${hard}" } }\nstatus: { used: { "requests.cpu": "${used}" } }\n---`;
}
