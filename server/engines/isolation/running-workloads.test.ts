import { expect, test } from "vitest";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { runningWorkloads } from "./running-workloads.ts";

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: a }
spec: { template: { metadata: { labels: { app: shop } }, spec: { containers: [] } } }
`;
const pod = (owner: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${owner}-x1, namespace: a, ownerReferences: [{ kind: ReplicaSet, name: ${owner}, controller: true }] }
`;
const REPLICA_SET = `
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: odd-name, namespace: a, ownerReferences: [{ kind: Deployment, name: shop, controller: true }] }
`;

function workloadsOf(...documents: string[]): string[] {
  const { manifests } = readManifests("x.yaml", documents.join("---"));
  return factsFromManifests(runningWorkloads(manifests)).facts.pods.map(
    ({ workload, workloadKind }) => `${workload}[${workloadKind}]`,
  );
}

test("a Deployment with its ReplicaSet and pod is one workload", () => {
  expect(workloadsOf(DEPLOYMENT, pod("shop-6c9f"))).toEqual(["shop[Deployment]"]);
  expect(workloadsOf(DEPLOYMENT, REPLICA_SET, pod("odd-name"))).toEqual(["shop[Deployment]"]);
});

test("a ReplicaSet of nobody stays one; templates stand where there are no pods", () => {
  expect(workloadsOf(pod("alone-1a2b"))).toEqual(["alone-1a2b[ReplicaSet]"]);
  expect(workloadsOf(DEPLOYMENT)).toEqual(["shop[Deployment]"]);
});
