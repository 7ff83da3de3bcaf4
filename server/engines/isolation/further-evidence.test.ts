import { describe, expect, test } from "vitest";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { type ClusterEvidence, clusterTenancy } from "./cluster-tenancy.ts";
import { crossings } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import type { CellLayer, FactCode } from "./fact.ts";
import { type IsolationEvidence, judgeIsolation } from "./judge-isolation.ts";
import { SAMPLE, sampleManifests } from "./testing/sample-cluster.ts";

const LULU: Declaration = {
  compute: { model: "pool", namespaces: ["lulu-prod"], nodePool: null },
  network: { model: "pool", network: null },
  data: { model: "pool", database: "ingress/common/lulu" },
  secrets: { model: "pool", vaultPath: "lulu/prod" },
  quota: { model: "pool", hard: { "requests.cpu": "4" } },
  regions: ["muscat"],
};

const VAULT = {
  name: "openbao",
  policies: new Map([["none", []]]),
  holders: [],
  unlisted: [],
  region: "muscat",
};
const REALMS = [
  { realm: "lulu", issuer: "https://id.example/realms/lulu", tenant: "lulu" },
  { realm: "catalyst-admin", issuer: "https://id.example/realms/catalyst-admin", tenant: null },
];

function clusterOf(extra = "", evidence: Partial<ClusterEvidence> = {}, text = SAMPLE) {
  const more = readManifests("extra.yaml", extra);
  expect(more.problems).toEqual([]);
  const manifests = [
    ...sampleManifests(text === SAMPLE ? undefined : [SAMPLE, text]),
    ...more.manifests,
  ];
  const tenancy = clusterTenancy({ name: "one", manifests, isComplete: true, ...evidence });
  const reach = computeReachability(factsFromManifests(manifests).facts);
  return { tenancy, reach, ...crossings(reach, tenancy) };
}

function judged(evidence: Partial<IsolationEvidence>, declaration: Declaration | null = LULU) {
  const cells = judgeIsolation(
    { clusters: [clusterOf()], vault: VAULT, catalog: null, ...evidence },
    { tenant: "lulu", environment: "prod", declaration, secretPaths: [] },
  );
  const of = (layer: CellLayer) => cells.find((cell) => cell.layer === layer);
  return {
    state: (layer: CellLayer) => of(layer)?.state,
    codes: (layer: CellLayer) => of(layer)?.facts.map(({ code }) => code) ?? [],
    facts: (layer: CellLayer) => of(layer)?.facts ?? [],
    text: JSON.stringify(cells.map(({ facts }) => facts.map(({ peer: _, ...fact }) => fact))),
  };
}

const VCLUSTER = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: team-a, namespace: lulu-prod, labels: { app: vcluster } }
`;
const CAPSULE = `
apiVersion: capsule.clastix.io/v1beta2
kind: Tenant
metadata: { name: shops }
spec: { owners: [{ kind: ServiceAccount, name: "system:serviceaccount:lulu-prod:deployer" }] }
status: { namespaces: [lulu-prod] }
`;
const NATS = `
apiVersion: jetstream.nats.io/v1beta2
kind: Account
metadata: { name: lulu, namespace: ingress, labels: { catalyst.openova.io/tenant: lulu } }
---
apiVersion: jetstream.nats.io/v1beta2
kind: Stream
metadata: { name: orders, namespace: ingress, labels: { catalyst.openova.io/tenant: lulu } }
spec: { name: orders, account: lulu }
---
apiVersion: jetstream.nats.io/v1beta2
kind: Stream
metadata: { name: theirs, namespace: ingress, labels: { catalyst.openova.io/tenant: acme } }
spec: { name: theirs, account: acme }
---
apiVersion: jetstream.nats.io/v1beta2
kind: Account
metadata: { name: acme, namespace: ingress, labels: { catalyst.openova.io/tenant: acme } }
`;
const KAFKA = `
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: { name: bus, namespace: ingress }
spec: { kafka: { authorization: { type: simple } } }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata: { name: lulu-orders, namespace: ingress, labels: { strimzi.io/cluster: bus, catalyst.openova.io/tenant: lulu } }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaUser
metadata: { name: acme, namespace: ingress, labels: { strimzi.io/cluster: bus, catalyst.openova.io/tenant: acme } }
spec: { authorization: { type: simple, acls: [{ resource: { type: topic, name: acme-, patternType: prefix }, operations: [Read] }] } }
`;

describe("further evidence counts on its layer, and one fact of it flips the cell", () => {
  test.each<[string, CellLayer, string, FactCode, string, string, FactCode]>([
    [
      "a virtual cluster",
      "compute",
      VCLUSTER,
      "virtual-cluster-own",
      "app: vcluster }",
      "app: vcluster, catalyst.openova.io/tenant: acme }",
      "virtual-cluster-foreign",
    ],
    [
      "where a virtual cluster stands",
      "compute",
      VCLUSTER,
      "virtual-cluster-own",
      "namespace: lulu-prod, labels: {",
      "namespace: acme-prod, labels: { catalyst.openova.io/tenant: lulu,",
      "virtual-cluster-misplaced",
    ],
    [
      "a VirtualCluster",
      "compute",
      VCLUSTER.replace("apps/v1", "tenancy.x-k8s.io/v1alpha1").replace(
        "StatefulSet",
        "VirtualCluster",
      ),
      "virtual-cluster-own",
      "app: vcluster }",
      "catalyst.openova.io/tenant: acme }",
      "virtual-cluster-foreign",
    ],
    [
      "a Capsule tenant's namespaces",
      "compute",
      CAPSULE,
      "capsule-own",
      "namespaces: [lulu-prod]",
      "namespaces: [lulu-prod, acme-prod]",
      "capsule-shared",
    ],
    [
      "a Capsule tenant's owner",
      "compute",
      CAPSULE,
      "capsule-own",
      "serviceaccount:lulu-prod",
      "serviceaccount:acme-prod",
      "capsule-owner-foreign",
    ],
    [
      "who uses a NATS account",
      "data",
      NATS,
      "bus-account-own",
      "account: acme }",
      "account: lulu }",
      "bus-account-shared",
    ],
    [
      "which NATS account is used",
      "data",
      NATS,
      "bus-account-own",
      "{ name: orders, account: lulu }",
      "{ name: orders, account: acme }",
      "bus-account-foreign",
    ],
    [
      "rights on a Kafka topic",
      "data",
      KAFKA,
      "bus-topic-own",
      "name: acme-, patternType",
      "name: l, patternType",
      "bus-topic-open",
    ],
    [
      "a Kafka without rights",
      "data",
      KAFKA,
      "bus-topic-own",
      "{ kafka: { authorization: { type: simple } } }",
      "{ kafka: {} }",
      "bus-unauthorized",
    ],
  ])("%s", (_what, layer, objects, own, from, to, code) => {
    const before = judged({ clusters: [clusterOf(objects)] });
    expect(before.state(layer)).toBe("verified");
    expect(before.codes(layer)).toContain(own);
    expect(objects).toContain(from);
    const after = judged({ clusters: [clusterOf(objects.replace(from, to))] });
    expect(after.state(layer)).toBe("violated");
    expect(after.codes(layer)).toContain(code);
    // What is written down names nobody else (law 3).
    expect(after.text).not.toContain("acme");
  });

  test("a NATS stream without an account of its own, and a Kafka reader that nobody owns, are unknown", () => {
    const bare = NATS.replace("{ name: orders, account: lulu }", "{ name: orders }");
    expect(judged({ clusters: [clusterOf(bare)] }).state("data")).toBe("unknown");
    const stray = KAFKA.replaceAll("namespace: ingress", "namespace: stray")
      .replace(", catalyst.openova.io/tenant: acme }", " }")
      .replace("name: acme-, patternType", "name: l, patternType");
    expect(judged({ clusters: [clusterOf(stray)] }).codes("data")).toContain(
      "bus-topic-reader-unknown",
    );
  });

  test("a realm of its own, or none, or one that another tenant imports", () => {
    const identity = { name: "identity", realms: REALMS };
    const own = judged({ identity });
    expect(own.state("secrets")).toBe("verified");
    expect(own.codes("secrets")).toContain("realm-own");
    const none = judged({ identity: { ...identity, realms: REALMS.slice(1) } });
    expect(none.state("secrets")).toBe("violated");
    expect(none.codes("secrets")).toContain("realm-absent");
    const imported = clusterOf(`
apiVersion: k8s.keycloak.org/v2alpha1
kind: KeycloakRealmImport
metadata: { name: lulu, namespace: acme-prod }
spec: { keycloakCRName: theirs, realm: { realm: lulu } }
`);
    const foreign = judged({ identity, clusters: [imported] });
    expect(foreign.state("secrets")).toBe("violated");
    expect(foreign.codes("secrets")).toContain("realm-foreign");
  });
});

describe("residency: everything of a tenant is in the regions that were agreed", () => {
  const BACKUP = `
apiVersion: velero.io/v1
kind: Schedule
metadata: { name: nightly, namespace: ingress }
spec: { template: { includedNamespaces: ["*"], storageLocation: main } }
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: main, namespace: ingress }
spec: { config: { region: muscat } }
`;
  const database = (spec: string) =>
    SAMPLE.replace(
      "metadata: { name: common, namespace: ingress }",
      `metadata: { name: common, namespace: ingress }\nspec: ${spec}`,
    );

  test.each<[string, Partial<IsolationEvidence>, string, FactCode]>([
    [
      "a node",
      {
        clusters: [
          clusterOf(
            "",
            {},
            SAMPLE.replace(
              "net-b, topology.kubernetes.io/region: muscat",
              "net-b, topology.kubernetes.io/region: dublin",
            ),
          ),
        ],
      },
      "violated",
      "region-outside-placement",
    ],
    [
      "a node that does not say",
      {
        clusters: [
          clusterOf(
            "",
            {},
            SAMPLE.replace("net-b, topology.kubernetes.io/region: muscat", "net-b"),
          ),
        ],
      },
      "unknown",
      "region-unknown",
    ],
    [
      "a cluster",
      { clusters: [clusterOf("", { region: "dublin" })] },
      "violated",
      "cluster-outside-placement",
    ],
    ["a vault", { vault: { ...VAULT, region: "dublin" } }, "violated", "vault-outside-placement"],
    [
      "a vault that does not say",
      { vault: { ...VAULT, region: null } },
      "unknown",
      "vault-region-unknown",
    ],
    [
      "a database",
      {
        clusters: [
          clusterOf(
            "",
            {},
            database("{ affinity: { nodeSelector: { topology.kubernetes.io/region: dublin } } }"),
          ),
        ],
      },
      "violated",
      "database-outside-placement",
    ],
    [
      "a bucket of the database",
      {
        clusters: [
          clusterOf(
            "",
            {},
            database(
              "{ backup: { barmanObjectStore: { destinationPath: s3://b/, endpointURL: https://s3.eu-west-1.amazonaws.com } } }",
            ),
          ),
        ],
      },
      "violated",
      "backup-outside-placement",
    ],
    [
      "a bucket that does not say",
      {
        clusters: [
          clusterOf(
            "",
            {},
            database("{ backup: { barmanObjectStore: { destinationPath: s3://b/ } } }"),
          ),
        ],
      },
      "unknown",
      "backup-region-unknown",
    ],
    [
      "a bucket of the cluster",
      { clusters: [clusterOf(BACKUP.replace("region: muscat", "region: dublin"))] },
      "violated",
      "backup-outside-placement",
    ],
    [
      "a bucket that is where it should be",
      { clusters: [clusterOf(BACKUP)] },
      "verified",
      "backup-region-agreed",
    ],
  ])("%s", (_what, evidence, state, code) => {
    const answer = judged(evidence);
    expect(answer.codes("residency")).toContain(code);
    expect(answer.state("residency")).toBe(state);
  });

  test("without an agreed region nothing is claimed", () => {
    expect(judged({}, { ...LULU, regions: [] }).state("residency")).toBe("unknown");
  });
});

describe("several clusters", () => {
  const second = (text = SAMPLE, evidence: Partial<ClusterEvidence> = {}) =>
    clusterOf("", { name: "two", ...evidence }, text);

  test("a tenant over two clusters: each fact names its cluster, and quotas add up", () => {
    const answer = judged({ clusters: [clusterOf(), second()] });
    const sources = answer.facts("compute").map(({ source }) => source.name);
    expect(new Set(sources)).toEqual(new Set(["one", "two"]));
    // 4 in each of two clusters, 4 agreed.
    expect(answer.state("quota")).toBe("violated");
    expect(answer.facts("quota")).toMatchObject([
      { code: "quota-above-declared", source: { name: "one, two" }, params: { total: "8" } },
    ]);
    const open = judged({
      clusters: [clusterOf(), second(SAMPLE.replace("name: cilium", "name: kindnet"))],
    });
    expect(open.state("network")).toBe("unknown");
    expect(open.facts("network").find(({ code }) => code === "cni-unknown")?.source.name).toBe(
      "two",
    );
  });

  test("a database in another cluster is found; one nowhere is only absent when all were read", () => {
    const without = SAMPLE.replaceAll("postgresql.cnpg.io/v1", "example.org/v1");
    expect(judged({ clusters: [clusterOf("", {}, without), second()] }).state("data")).toBe(
      "verified",
    );
    expect(judged({ clusters: [clusterOf("", {}, without)] }).state("data")).toBe("violated");
    const away = { name: "two", reason: "refused" };
    expect(judged({ clusters: [clusterOf("", {}, without), away] }).state("data")).toBe("unknown");
  });

  test("one that is away makes what clusters tell unknown; what is seen to be wrong stays wrong", () => {
    const away = { name: "two", reason: "refused" };
    const answer = judged({ clusters: [clusterOf(), away] });
    for (const layer of ["compute", "network", "quota", "residency"] as const) {
      expect([layer, answer.state(layer)]).toEqual([layer, "unknown"]);
    }
    const wrong = clusterOf("", {}, SAMPLE.replace('requests.cpu: "4"', 'requests.cpu: "5"'));
    expect(judged({ clusters: [wrong, away] }).state("quota")).toBe("violated");
  });

  test.each<[string, CellLayer[]]>([
    ["networking.k8s.io/NetworkPolicy", ["network"]],
    ["Node", ["compute", "network", "residency"]],
    ["ResourceQuota", ["quota"]],
    ["postgresql.cnpg.io/Database", ["data", "residency"]],
    ["example.org/Widget", []],
  ])("%s may not be read: its layers are unknown, and no other", (kind, layers) => {
    const unread = [{ kind, reason: "forbidden" }];
    const answer = judged({ clusters: [clusterOf("", { unread })] });
    const all = ["compute", "network", "data", "secrets", "quota", "residency"] as const;
    expect(all.filter((layer) => answer.state(layer) === "unknown")).toEqual(
      all.filter((layer) => layers.includes(layer)),
    );
  });

  test("quotas that may not be read are not called absent", () => {
    const unread = [{ kind: "ResourceQuota", reason: "forbidden" }];
    const none = SAMPLE.replace("kind: ResourceQuota", "kind: LimitRange");
    expect(judged({ clusters: [clusterOf("", { unread }, none)] }).state("quota")).toBe("unknown");
  });

  test("a namespace that is another's in another cluster is nobody's for a role of the vault", () => {
    const holder = {
      name: "shop",
      given: "auth/kubernetes (kubernetes)",
      human: "no",
      policies: ["read"],
      namespaces: ["lulu-prod"],
      isPlatform: false,
    } as const;
    const vault = { ...VAULT, policies: new Map([["read", null]]), holders: [holder] };
    expect(judged({ vault }).state("secrets")).toBe("verified");
    const theirs = second(
      SAMPLE.replace(
        "tenant: lulu, catalyst.openova.io/environment: prod",
        "tenant: acme, catalyst.openova.io/environment: prod",
      ),
    );
    expect(judged({ vault, clusters: [clusterOf(), theirs] }).state("secrets")).toBe("unknown");
  });
});
