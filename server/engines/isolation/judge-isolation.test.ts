import { expect, test } from "vitest";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { parsePolicy } from "#server/engines/vault-policy/parse-policy.ts";
import { clusterTenancy } from "./cluster-tenancy.ts";
import { crossings } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import type { CatalogEvidence } from "./judge-data.ts";
import { type IsolationEvidence, judgeIsolation } from "./judge-isolation.ts";
import type { PolicyHolder, VaultEvidence } from "./judge-secrets.ts";
import { SAMPLE, sampleManifests } from "./testing/sample-cluster.ts";

const ACME: Declaration = {
  compute: { model: "silo", namespaces: ["acme-prod"], nodePool: "acme" },
  network: { model: "silo", network: "net-a" },
  data: { model: "silo", database: "acme-prod/orders" },
  secrets: { model: "pool", vaultPath: "acme/prod" },
  quota: { model: "silo", hard: {} },
  regions: ["muscat"],
};
const LULU: Declaration = {
  compute: { model: "pool", namespaces: ["lulu-prod"], nodePool: null },
  network: { model: "pool", network: null },
  data: { model: "pool", database: "ingress/common/lulu" },
  secrets: { model: "pool", vaultPath: "lulu/prod" },
  quota: { model: "pool", hard: { "requests.cpu": "4", "requests.memory": "8Gi" } },
  regions: ["muscat"],
};
const DECLARED: Record<string, Declaration> = { acme: ACME, lulu: LULU };

const CATALOG: CatalogEvidence = {
  name: "console",
  tables: [{ name: "secret_binding", isForced: true, policies: 2 }],
  unboundLogins: [],
};

function holder(name: string, policy: string, more: Partial<PolicyHolder> = {}): PolicyHolder {
  const given = "auth/kubernetes (kubernetes)";
  return {
    name,
    given,
    human: "no",
    policies: [policy],
    namespaces: null,
    isPlatform: false,
    ...more,
  };
}

function vaultWith(...more: PolicyHolder[]): VaultEvidence {
  const rules = (tenant: string) =>
    parsePolicy(`path "secret/data/${tenant}/prod/*" { capabilities = ["read"] }`);
  return {
    name: "openbao",
    policies: new Map([
      ["acme-read", rules("acme")],
      ["lulu-read", rules("lulu")],
    ]),
    holders: [
      holder("acme", "acme-read", { namespaces: ["acme-prod"] }),
      holder("lulu", "lulu-read", { namespaces: ["lulu-prod"] }),
      ...more,
    ],
    unlisted: [],
    region: "muscat",
  };
}

function clusterOf(manifests: readonly Manifest[], isComplete = true) {
  const tenancy = clusterTenancy({ name: "omantel", manifests, isComplete });
  const reach = computeReachability(factsFromManifests(manifests).facts);
  return { tenancy, reach, ...crossings(reach, tenancy) };
}

function statesOf(tenant: string, evidence: Partial<IsolationEvidence> = {}) {
  const cells = judgeIsolation(
    { clusters: [clusterOf(sampleManifests())], vault: vaultWith(), catalog: CATALOG, ...evidence },
    { tenant, environment: "prod", declaration: DECLARED[tenant] ?? null, secretPaths: [] },
  );
  return {
    states: Object.fromEntries(cells.map(({ layer, state }) => [layer, state])),
    codes: (layer: string) =>
      cells
        .find((cell) => cell.layer === layer)
        ?.facts.filter(({ verdict }) => verdict !== "notes" && verdict !== "supports")
        .map(({ code }) => code),
    cells,
  };
}
const after = (from: string, to: string) => ({
  clusters: [clusterOf(sampleManifests([from, to]))],
});
const VERIFIED = {
  compute: "verified",
  network: "verified",
  data: "verified",
  secrets: "verified",
  quota: "verified",
  residency: "verified",
};

test("the sample is verified, layer by layer", () => {
  expect(statesOf("acme").states).toEqual(VERIFIED);
  expect(statesOf("lulu").states).toEqual(VERIFIED);
});

/** One fact of one manifest is changed, and nothing that anybody declared. */
test.each([
  [
    "acme",
    "compute",
    "nodeName: node-2, containers: [{ name: app, image: store",
    "nodeName: node-1, containers: [{ name: app, image: store",
    "violated",
    "node-shared",
  ],
  ["acme", "compute", "node-pool: acme", "node-pool: other", "violated", "node-outside-pool"],
  ["acme", "compute", "nodeName: node-1", "nodeName: node-9", "unknown", "node-unknown"],
  [
    "acme",
    "residency",
    "subnet: net-a, topology.kubernetes.io/region: muscat",
    "subnet: net-a, topology.kubernetes.io/region: dublin",
    "violated",
    "region-outside-placement",
  ],
  [
    "lulu",
    "compute",
    "name: stray }",
    "name: stray, labels: { catalyst.openova.io/tenant: lulu, catalyst.openova.io/environment: prod } }",
    "violated",
    "namespace-undeclared",
  ],
  [
    "lulu",
    "compute",
    "labels: { app: store }",
    "labels: { app: store, catalyst.openova.io/tenant: acme }",
    "violated",
    "pods-of-another-tenant",
  ],
  ["lulu", "network", "name: cilium", "name: something", "unknown", "cni-unknown"],
  ["lulu", "network", "name: cilium", "name: kindnet", "unknown", "cni-unknown"],
  [
    "acme",
    "network",
    "catalyst.openova.io/subnet: net-b",
    "catalyst.openova.io/subnet: net-a",
    "violated",
    "subnet-shared",
  ],
  [
    "acme",
    "network",
    "nodeName: node-1, containers",
    "nodeName: node-1, hostNetwork: true, containers",
    "unknown",
    "host-network",
  ],
  [
    "acme",
    "data",
    "{ name: orders, namespace: acme-prod }",
    "{ name: orders, namespace: stray }",
    "violated",
    "database-absent",
  ],
  [
    "lulu",
    "data",
    "labels: { catalyst.openova.io/tenant: lulu } }\nspec: { name: lulu",
    "labels: { catalyst.openova.io/tenant: acme } }\nspec: { name: lulu",
    "violated",
    "database-foreign",
  ],
  ["lulu", "data", "owner: acme_app", "owner: lulu_app", "violated", "database-foreign"],
  [
    "lulu",
    "quota",
    "requests.memory: 8Gi } }",
    "requests.memory: 9Gi } }",
    "violated",
    "quota-above-declared",
  ],
  ["lulu", "quota", 'requests.cpu: "4", ', "", "violated", "quota-absent"],
  ["lulu", "quota", "kind: ResourceQuota", "kind: LimitRange", "violated", "quota-absent"],
  ["acme", "quota", "node-pool: acme", "node-pool: other", "unknown", "node-unknown"],
] as const)("%s: %s is %s", (tenant, layer, from, to, state, code) => {
  const judged = statesOf(tenant, after(from, to));
  expect(judged.states[layer]).toBe(state);
  expect(judged.codes(layer)).toContain(code);
});

test("a policy that selects all namespaces opens the border of both sides, and both are told", () => {
  const open = SAMPLE.replace(
    "ingress: [{ from: [{ podSelector: {} }] }]",
    "ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }]",
  );
  const widened = open.replace(
    "egress: [{ to: [{ podSelector: {} }] }]",
    "egress: [{ to: [{ namespaceSelector: {} }] }]",
  );
  const { manifests } = { manifests: sampleManifestsOf(widened) };
  const evidence = { clusters: [clusterOf(manifests)] };
  const acme = statesOf("acme", evidence);
  const lulu = statesOf("lulu", evidence);
  expect(acme.states.network).toBe("violated");
  expect(lulu.states.network).toBe("violated");
  const fact = lulu.cells
    .find(({ layer }) => layer === "network")
    ?.facts.find(({ code }) => code === "reached-by-tenant");
  expect(fact).toMatchObject({
    peer: "acme",
    params: { workload: "lulu-prod/store-1[Pod]", ports: "TCP 5432", why: "lulu-prod/own-only" },
    objects: ["NetworkPolicy lulu-prod/own-only"],
  });
  // What is written down on one side names nothing of the other.
  expect(JSON.stringify({ ...fact, peer: undefined })).not.toContain("acme");
});

test.each<[string, VaultEvidence, string, string]>([
  ["a human", vaultWith(holder("sara", "lulu-read", { human: "yes" })), "violated", "reader-human"],
  [
    "a neighbour's workload",
    vaultWith(holder("acme-eso", "lulu-read", { namespaces: ["acme-prod"] })),
    "violated",
    "reader-foreign",
  ],
  [
    "anybody's workload",
    vaultWith(holder("any", "lulu-read", { namespaces: ["*"] })),
    "unknown",
    "reader-unknown",
  ],
  ["a machine of unknown home", vaultWith(holder("ci", "lulu-read")), "unknown", "reader-unknown"],
  ["root", vaultWith(holder("boss", "root", { human: "yes" })), "violated", "reader-human"],
])("secrets that %s may read", (_who, vault, state, code) => {
  const judged = statesOf("lulu", { vault });
  expect(judged.states.secrets).toBe(state);
  expect(judged.codes("secrets")).toContain(code);
});

test("the platform's own reader is told and is no finding; a policy nobody can read is not passed over", () => {
  const platform = vaultWith(holder("console-worker", "lulu-read", { isPlatform: true }));
  expect(statesOf("lulu", { vault: platform }).states.secrets).toBe("verified");
  const vault = vaultWith(holder("odd", "odd-policy"));
  const policies = new Map([...vault.policies, ["odd-policy", null] as const]);
  expect(statesOf("lulu", { vault: { ...vault, policies } }).states.secrets).toBe("unknown");
});

test.each([
  [
    "a table without forced row security",
    { tables: [{ name: "alert", isForced: false, policies: 1 }] },
    "row-security-missing",
  ],
  [
    "a login that row security doesn't bind",
    { unboundLogins: ["console_tenant"] },
    "login-bypasses-row-security",
  ],
])("%s violates everybody's data", (_what, change, code) => {
  for (const tenant of ["acme", "lulu"]) {
    const judged = statesOf(tenant, { catalog: { ...CATALOG, ...change } });
    expect(judged.states.data).toBe("violated");
    expect(judged.codes("data")).toContain(code);
  }
});

test("a source that is away or half read makes its layers unknown, never green", () => {
  const away = { name: "omantel", reason: "unreachable" };
  expect(statesOf("lulu", { clusters: [away] }).states).toEqual({
    ...VERIFIED,
    compute: "unknown",
    network: "unknown",
    data: "unknown",
    // Whose the namespaces of its readers are, nobody can tell without the cluster.
    secrets: "unknown",
    quota: "unknown",
    residency: "unknown",
  });
  expect(statesOf("lulu", { vault: away }).states).toEqual({ ...VERIFIED, secrets: "unknown" });
  expect(statesOf("lulu", { vault: null }).states.secrets).toBe("unknown");
  const half = { clusters: [clusterOf(sampleManifests(), false)] };
  expect(statesOf("lulu", half).states).toMatchObject({ compute: "unknown", network: "unknown" });
  // What is seen to be wrong stays wrong, also when the rest is not known.
  const broken = {
    clusters: [
      {
        ...clusterOf(
          sampleManifests(["requests.memory: 8Gi } }", "requests.memory: 9Gi } }"]),
          false,
        ),
      },
    ],
  };
  expect(statesOf("lulu", broken).states.quota).toBe("violated");
});

test("without a declaration nothing is claimed", () => {
  const { states } = statesOf("nobody");
  expect(new Set(Object.values(states))).toEqual(new Set(["unknown"]));
});

function sampleManifestsOf(text: string): Manifest[] {
  return sampleManifests([SAMPLE, text]);
}
