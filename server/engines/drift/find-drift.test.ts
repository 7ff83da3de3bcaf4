import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossingEdges } from "#server/engines/isolation/crossing-edges.ts";
import { SAMPLE } from "#server/engines/isolation/testing/sample-cluster.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { findDrift } from "./find-drift.ts";
import { groupKey, objectKey } from "./finding.ts";

const DEPLOYMENT = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: acme-prod }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: web
          image: registry.example/web@sha256:${"a".repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
`;
const ALL = SAMPLE + DEPLOYMENT;

interface Options {
  desired?: string | null;
  isComplete?: boolean;
  isDesiredComplete?: boolean;
  approved?: Record<string, string[]>;
}

function drift(live: string, options: Options = {}) {
  const { desired = ALL, isComplete = true, isDesiredComplete = true, approved = {} } = options;
  const { manifests } = readManifests("live.yaml", live);
  const tenancy = clusterTenancy({ name: "c", manifests, isComplete });
  const findings = findDrift({
    tenancy,
    desired: desired === null ? null : readManifests("desired.yaml", desired).manifests,
    isDesiredComplete,
    edges: crossingEdges(computeReachability(factsFromManifests(manifests).facts), tenancy),
    approvedImages: new Map(
      Object.entries(approved).map(([place, each]) => [place, new Set(each)]),
    ),
  });
  return findings.map(({ rule, severity, object, tenant }) => [
    rule,
    severity,
    objectKey(object),
    tenant,
  ]);
}

const WEB = "apps Deployment acme-prod/web";
const POLICY = "networking.k8s.io NetworkPolicy acme-prod/own-only";
const added = (text: string) => `${ALL}---\n${text}`;

test("what is as asked for has no finding", () => {
  expect(drift(ALL)).toEqual([]);
  expect(drift(ALL.split("---\n").reverse().join("---\n"))).toEqual([]);
});

test.each<[string, string, unknown[]]>([
  ["a field", ALL.replace("replicas: 2", "replicas: 3"), [["field-drift", "medium", WEB, "acme"]]],
  [
    "hardening that is weaker",
    ALL.replace("runAsNonRoot: true", "runAsNonRoot: false"),
    [["weakened-hardening", "high", WEB, "acme"]],
  ],
  [
    "a quota",
    ALL.replace(
      'requests.cpu: "4", requests.memory: 8Gi } }',
      'requests.cpu: "9", requests.memory: 8Gi } }',
    ),
    [["changed-quota", "medium", "ResourceQuota lulu-prod/quota", "lulu"]],
  ],
  [
    "a policy that lets more in, without opening the border",
    ALL.replace(
      "ingress: [{ from: [{ podSelector: {} }, ",
      "ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: 10.0.0.0/8 } }, ",
    ),
    [["weaker-policy", "critical", POLICY, "acme"]],
  ],
  ["a workload that is gone", ALL.replace(DEPLOYMENT, ""), [["missing", "medium", WEB, "acme"]]],
  [
    "a role that nobody asked for, of the whole cluster",
    added(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: all }\nrules: []\n",
    ),
    [["unmanaged", "high", "rbac.authorization.k8s.io ClusterRole all", null]],
  ],
  [
    "a config map that somebody made",
    added(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: acme-prod }\ndata: { a: b }\n",
    ),
    [["unmanaged", "low", "ConfigMap acme-prod/x", "acme"]],
  ],
])("%s is found, and nothing else", (_what, live, expected) => {
  expect(live).not.toBe(ALL);
  expect(drift(live)).toEqual(expected);
});

test("a policy that nobody declared and that opens the border is a route, the worst there is", () => {
  const hole = (namespace: string, side: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: hole, namespace: ${namespace} }\nspec: { podSelector: {}, policyTypes: [${side}], ${side === "Egress" ? "egress" : "ingress"}: [{}] }\n`;
  const found = drift(`${added(hole("acme-prod", "Egress"))}---\n${hole("lulu-prod", "Ingress")}`);
  expect(found).toEqual([
    ["cross-tenant-route", "critical", "networking.k8s.io NetworkPolicy acme-prod/hole", "acme"],
    ["cross-tenant-route", "critical", "networking.k8s.io NetworkPolicy lulu-prod/hole", "lulu"],
    ["unmanaged", "high", "networking.k8s.io NetworkPolicy acme-prod/hole", "acme"],
    ["unmanaged", "high", "networking.k8s.io NetworkPolicy lulu-prod/hole", "lulu"],
  ]);
});

test("what runs beside what was approved is told by what runs, not by what was asked for", () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const live = ALL.replace(
    "spec: { nodeName: node-1, containers: [{ name: app, image: shop,",
    `status: { containerStatuses: [{ name: app, imageID: "registry.example/shop@${digest("b")}" }] }\nspec: { nodeName: node-1, containers: [{ name: app, image: "registry.example/shop:1.2",`,
  );
  const approved = (letter: string) => ({
    "acme/prod": [`registry.example/shop@${digest(letter)}`],
  });
  const options = { desired: null };
  expect(drift(live, { ...options, approved: approved("b") })).toEqual([]);
  expect(drift(live, { ...options, approved: approved("c") })).toEqual([
    ["unexpected-image", "high", "Pod acme-prod/shop-1", "acme"],
  ]);
  expect(drift(live, options)).toEqual([]);
});

test("what can't be known is no finding: a half read cluster misses nothing, half read wishes manage nothing", () => {
  const gone = ALL.replace(DEPLOYMENT, "");
  expect(drift(gone, { isComplete: false })).toEqual([]);
  expect(drift(ALL, { desired: gone, isDesiredComplete: false })).toEqual([]);
  expect(drift(ALL, { desired: null })).toEqual([]);
});

test("one cause over many namespaces is one group", () => {
  const base = {
    rule: "field-drift" as const,
    severity: "medium" as const,
    tenant: null,
    environment: null,
    causes: ["kubectl-edit"],
    differences: [{ path: "/spec/replicas", kind: "changed" as const }],
    detail: "",
  };
  const at = (namespace: string, name: string) =>
    groupKey({ ...base, object: { apiVersion: "apps/v1", kind: "Deployment", namespace, name } });
  expect(at("a", "web")).toBe(at("b", "api"));
  const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "web" };
  expect(groupKey({ ...base, object, causes: ["helm"] })).not.toBe(at("a", "web"));
});
