import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { clusterTenancy } from "./cluster-tenancy.ts";
import { crossings } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import { missingRule } from "./missing-rule.ts";
import { readPolicies } from "./read-policies.ts";
import { farText } from "./tenant-edges.ts";
import { SAMPLE, sampleManifests } from "./testing/sample-cluster.ts";
import { whatIf } from "./what-if.ts";

const LULU: Declaration = {
  compute: { model: "pool", namespaces: ["lulu-prod"], nodePool: null },
  network: { model: "pool", network: null },
  data: { model: "pool", database: null },
  secrets: { model: "pool", vaultPath: null },
  quota: { model: "pool", hard: {} },
  regions: [],
};
const ASKED = { tenant: "lulu", environment: "prod", declaration: LULU, secretPaths: [] };

function clusterOf(...changes: (readonly [string, string])[]) {
  let manifests = sampleManifests();
  if (changes.length > 0) {
    const text = changes.reduce((all, [from, to]) => all.replace(from, to), SAMPLE);
    manifests = sampleManifests([SAMPLE, text]);
  }
  const tenancy = clusterTenancy({ name: "omantel", manifests, isComplete: true });
  const reach = computeReachability(factsFromManifests(manifests).facts);
  return { tenancy, reach, ...crossings(reach, tenancy) };
}

/** acme's egress and lulu's ingress opened: one edge across the border. */
const OPEN = [
  [
    "egress: [{ to: [{ podSelector: {} }] }]",
    "egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }]",
  ],
  [
    "ingress: [{ from: [{ podSelector: {} }] }]",
    "ingress: [{ from: [{ namespaceSelector: {} }] }]",
  ],
] as const;

function policy(spec: string, name = "own-only", namespace = "lulu-prod"): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;
}
function policiesOf(text: string) {
  const { policies, problems } = readPolicies("draft.yaml", text);
  expect(problems).toEqual([]);
  return policies;
}
const told = ({ clusters }: ReturnType<typeof whatIf>) =>
  clusters.flatMap(({ edges }) =>
    edges.map(({ own, direction, far, before, after }) =>
      [direction, own, far.kind, farText(far), before, after].join(" | "),
    ),
  );

describe("what a changed policy would do", () => {
  test("nothing, when it says the same in other words", () => {
    const set = policiesOf(
      policy(
        "{ podSelector: { matchLabels: {} }, policyTypes: [Egress, Ingress], egress: [{ to: [{ podSelector: {} }] }], ingress: [{ from: [{ podSelector: { matchExpressions: [] } }] }] }",
      ),
    );
    const answer = whatIf({ clusters: [clusterOf()] }, ASKED, { set, remove: [] });
    expect(told(answer)).toEqual([]);
    expect(answer).toMatchObject({
      clusters: [{ cluster: "omantel", replaced: ["lulu-prod/own-only"], added: [], removed: [] }],
      before: { state: "verified" },
      after: { state: "verified" },
      problems: [],
    });
  });

  test("an edge to a neighbour whose own policy is open already, and the cell flips", () => {
    const cluster = clusterOf(OPEN[0]);
    const set = policiesOf(policy("{ podSelector: {}, policyTypes: [Ingress], ingress: [{}] }"));
    const answer = whatIf({ clusters: [cluster] }, ASKED, { set, remove: [] });
    expect(told(answer)).toContain(
      "in | lulu-prod/store-1[Pod] | tenant | acme-prod/shop-1[Pod] |  | TCP 5432",
    );
    expect(answer.before.state).toBe("verified");
    expect(answer.after).toMatchObject({
      state: "violated",
      violations: [{ code: "reached-by-tenant" }],
    });
    // Egress is no longer limited either: the whole of IPv4, as one range.
    expect(told(answer)).toContain(
      "out | lulu-prod/store-1[Pod] | outside | 0.0.0.0-255.255.255.255[External] |  | All Connections",
    );
  });

  test("a policy that goes, and one that is not there", () => {
    const answer = whatIf({ clusters: [clusterOf(OPEN[0])] }, ASKED, {
      set: [],
      remove: ["lulu-prod/own-only", "lulu-prod/never-there"],
    });
    expect(answer.clusters[0]?.removed).toEqual(["lulu-prod/own-only"]);
    expect(answer.after.state).toBe("violated");
    expect(answer.problems).toEqual([{ code: "policy-absent", what: "lulu-prod/never-there" }]);
  });

  test("a neighbour's namespace and one that nobody has are the same answer, and nothing is computed", () => {
    for (const namespace of ["acme-prod", "no-such"]) {
      const set = policiesOf(policy("{ podSelector: {} }", "own-only", namespace));
      const answer = whatIf({ clusters: [clusterOf()] }, ASKED, { set, remove: [] });
      expect(answer.clusters).toEqual([]);
      expect(answer.problems).toEqual([
        { code: "namespace-not-own", what: `${namespace}/own-only` },
      ]);
    }
  });

  test("a policy that mentions IPv6 does not make all of IPv6 news", () => {
    const set = policiesOf(
      policy(
        "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 'fd00::/8' } }] }] }",
        "six",
      ),
    );
    const answer = whatIf({ clusters: [clusterOf()] }, ASKED, { set, remove: [] });
    expect(told(answer)).toEqual([
      "out | lulu-prod/store-1[Pod] | outside | fd00:0:0:0:0:0:0:0-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] |  | All Connections",
    ]);
  });

  test("a cluster that is away is told, and the cell is unknown on both sides", () => {
    const away = { name: "salalah", reason: "refused" };
    const set = policiesOf(policy("{ podSelector: {} }"));
    const answer = whatIf({ clusters: [clusterOf(), away] }, ASKED, { set, remove: [] });
    expect(answer.problems).toEqual([
      { code: "cluster-away", what: "salalah", message: "refused" },
    ]);
    expect([answer.before.state, answer.after.state]).toEqual(["unknown", "unknown"]);
  });
});

describe("the rule that is missing", () => {
  const NOT_ISOLATED = [
    "metadata: { name: own-only, namespace: lulu-prod }",
    "metadata: { name: own-only, namespace: elsewhere }",
  ] as const;

  test.each([
    ["a policy that selects all namespaces", [OPEN[0], OPEN[1]]],
    ["no policy at all", [OPEN[0], NOT_ISOLATED]],
    ["an empty rule", [OPEN[0], ["ingress: [{ from: [{ podSelector: {} }] }]", "ingress: [{}]"]]],
    [
      "a policy for the neighbour alone",
      [
        OPEN[0],
        [
          "ingress: [{ from: [{ podSelector: {} }] }]",
          "ingress: [{ from: [{ namespaceSelector: { matchLabels: { catalyst.openova.io/tenant: acme } } }] }]",
        ],
      ],
    ],
  ] as const)("closes what %s let through, by the engine's own word", (_what, changes) => {
    const cluster = clusterOf(...changes);
    const edge = cluster.edges.find(
      ({ from, to }) => from.namespace === "acme-prod" && to.namespace === "lulu-prod",
    );
    if (!edge) throw new Error("the border is not open");
    const set = missingRule(cluster, edge.to, "ingress", "lulu");
    expect(set.length).toBeGreaterThan(0);
    // It goes by way of text, as people take it.
    const text = set.map((each) => stringify(each)).join("---\n");
    expect(text).not.toContain("acme");
    const answer = whatIf({ clusters: [cluster] }, ASKED, { set: policiesOf(text), remove: [] });
    expect(answer.problems).toEqual([]);
    const gone = told(answer).filter((line) => line.includes("| tenant | acme-prod/shop-1[Pod]"));
    expect(gone).toEqual([
      "in | lulu-prod/store-1[Pod] | tenant | acme-prod/shop-1[Pod] | TCP 5432 | ",
    ]);
    // It opens nothing.
    expect(
      answer.clusters.flatMap(({ edges }) => edges).every(({ before }) => before !== null),
    ).toBe(true);
    // What the platform may do stays as it was.
    expect(told(answer).filter((line) => line.includes("| platform |"))).toEqual([]);
  });

  test("a neighbour in the namespace that is limited already is not opened by it", () => {
    const extra = `
---
apiVersion: v1
kind: Pod
metadata: { name: free-1, namespace: lulu-prod, labels: { app: free } }
spec: { containers: [{ name: app, image: free }] }
`;
    const cluster = clusterOf(
      OPEN[0],
      [
        "metadata: { name: own-only, namespace: lulu-prod }\nspec:\n  podSelector: {}",
        "metadata: { name: own-only, namespace: lulu-prod }\nspec:\n  podSelector: { matchLabels: { app: store } }",
      ],
      [
        "\n---\napiVersion: v1\nkind: ResourceQuota",
        `${extra}---\napiVersion: v1\nkind: ResourceQuota`,
      ],
    );
    const edge = cluster.edges.find(({ to }) => to.workload === "lulu-prod/free-1[Pod]");
    if (!edge) throw new Error("the border is not open");
    const set = missingRule(cluster, edge.to, "ingress", "lulu");
    expect(set[0]?.spec).toMatchObject({ podSelector: { matchLabels: { app: "free" } } });
    const answer = whatIf({ clusters: [cluster] }, ASKED, { set, remove: [] });
    expect(
      answer.clusters.flatMap(({ edges }) => edges).every(({ before }) => before !== null),
    ).toBe(true);
    expect(
      told(answer).some((line) => line.includes("| tenant | acme-prod/shop-1[Pod] | TCP 5432 | ")),
    ).toBe(true);
  });
});

test.each([
  ["kind: Pod\napiVersion: v1\nmetadata: { name: a, namespace: b }", "is no NetworkPolicy"],
  [policy("{}").replace(", namespace: lulu-prod", ""), "does not say its metadata.namespace"],
  [`${policy("{}")}---\n${policy("{}")}`, "is there twice"],
  [
    policy("{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 300.1.1.1/8 } }] }] }"),
    "is not a CIDR",
  ],
  [policy("{ podSelector: {}, ingress: [{ ports: [{ port: 99999 }] }] }"), "is not a port"],
  ["a: [", "draft.yaml"],
])("a draft that is none is refused: %#", (text, why) => {
  const { problems } = readPolicies("draft.yaml", text);
  expect(problems.map(({ file, message }) => `${file}: ${message}`).join("\n")).toContain(why);
});
