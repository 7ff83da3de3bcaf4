import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { bindingDrift } from "./binding-drift.ts";
import type { ExpectedBoundary } from "./expected-boundary.ts";

const namespace = (name: string) =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
const quota = (place: string, memory: string) =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: agreed, namespace: ${place} }\nspec: { hard: { requests.memory: ${memory} } }\n`;
const cluster = (name: string, ...documents: string[]) => {
  const { manifests, problems } = readManifests(`${name}.yaml`, documents.join("---\n"));
  expect(problems).toEqual([]);
  return clusterTenancy({ name, manifests, isComplete: true });
};
const boundary = (hard: Record<string, string>): ExpectedBoundary => ({
  tenant: "acme-shop",
  environment: "prod",
  version: 3,
  namespaces: ["acme-prod", "acme-jobs"],
  quota: { model: "pool", hard },
  network: { model: "pool", network: null },
});

test("a declared namespace that no cluster has is missing; one that another cluster has is not", () => {
  const muscat = cluster("muscat", namespace("acme-prod"));
  const salalah = cluster("salalah", namespace("acme-jobs"));
  expect(bindingDrift([boundary({})], [muscat, salalah])).toEqual([]);
  expect(bindingDrift([boundary({})], [muscat])).toMatchObject([
    {
      rule: "missing",
      object: { kind: "Namespace", name: "acme-jobs" },
      tenant: "acme-shop",
      environment: "prod",
      detail: "version 3 of the binding",
    },
  ]);
});

test("quotas that give less than was agreed are told, by their sum; more or none is for isolation to tell", () => {
  const given = (one: string, two?: string) =>
    cluster(
      "muscat",
      namespace("acme-prod"),
      namespace("acme-jobs"),
      quota("acme-prod", one),
      ...(two ? [quota("acme-jobs", two)] : []),
    );
  const agreed = [boundary({ "requests.memory": "16Gi" })];
  expect(bindingDrift(agreed, [given("8Gi", "8192Mi")])).toEqual([]);
  expect(bindingDrift(agreed, [given("8Gi", "12Gi")])).toEqual([]);
  expect(bindingDrift(agreed, [given("8Gi")])).toEqual([]);
  expect(bindingDrift(agreed, [given("8Gi", "4Gi")])).toMatchObject([
    {
      rule: "changed-quota",
      object: { kind: "RuntimeTenantBinding", name: "prod" },
      differences: [{ path: "/quota/hard/requests.memory", desired: "16Gi", live: "8Gi + 4Gi" }],
    },
  ]);
});
