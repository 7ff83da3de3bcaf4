import { describe, expect, it, test } from "vitest";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { edgeLines } from "./edge-text.ts";
import { factsFromManifests } from "./facts-from-manifests.ts";
import { parseCidr } from "./ip-range.ts";
import { PortSet } from "./port-set.ts";
import { computeReachability } from "./reachability.ts";

const PODS = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: sales } }
---
apiVersion: v1
kind: Namespace
metadata: { name: bank, labels: { team: money } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 8080 }, { name: dns, containerPort: 5353, protocol: UDP }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: bank, labels: { app: api, tier: back } }
spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 9090 }] }] }
`;

function reachOf(...documents: string[]) {
  const { manifests, problems } = readManifests("x.yaml", documents.join("\n---\n"));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const read = factsFromManifests(manifests);
  return { reach: computeReachability(read.facts), problems: read.problems };
}

/** The ports on which the first reaches the second. */
function between(from: string, to: string, ...documents: string[]): string {
  const start = `${from}[Pod] => ${to}[Pod] : `;
  const { reach } = reachOf(PODS, ...documents);
  return (
    edgeLines(reach)
      .find((line) => line.startsWith(start))
      ?.slice(start.length) ?? "none"
  );
}

function policy(spec: string, namespace = "shop"): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: ${namespace} }
spec: ${spec}`;
}

const ALL = "All Connections";
const inward = (spec: string) => between("bank/api", "shop/web", policy(spec));
const outward = (spec: string) => between("shop/web", "bank/api", policy(spec));

describe("NetworkPolicy (networking.k8s.io/v1)", () => {
  test.each([
    ["no types: ingress is isolated", inward, "{ podSelector: {} }", "none"],
    ["no types, no egress rule: egress is not", outward, "{ podSelector: {} }", ALL],
    [
      "no types, an empty egress list: egress is not",
      outward,
      "{ podSelector: {}, egress: [] }",
      ALL,
    ],
    [
      "no types, an egress rule: egress is",
      outward,
      "{ podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] }",
      "none",
    ],
    ["type Egress without rules", outward, "{ podSelector: {}, policyTypes: [Egress] }", "none"],
    [
      "type Egress leaves ingress alone",
      inward,
      "{ podSelector: {}, policyTypes: [Egress], ingress: [] }",
      ALL,
    ],
    [
      "rules of a direction that is no type don't count",
      inward,
      "{ podSelector: {}, policyTypes: [Ingress], egress: [{}] }",
      "none",
    ],
    ["a missing podSelector selects all", inward, "{ policyTypes: [Ingress] }", "none"],
    ["an empty rule allows all", inward, "{ podSelector: {}, ingress: [{}] }", ALL],
    [
      "an empty list of peers is all peers",
      inward,
      "{ podSelector: {}, ingress: [{ from: [], ports: [{ port: 80 }] }] }",
      "TCP 80",
    ],
    [
      "an empty list of ports is all ports",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [] }] }",
      ALL,
    ],
    [
      "a podSelector alone is of the own namespace",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }",
      "none",
    ],
    [
      "both selectors in one peer: both must hold",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: money } }, podSelector: { matchLabels: { app: other } } }] }] }",
      "none",
    ],
    [
      "two peers: one must hold",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: money } } }, { podSelector: { matchLabels: { app: other } } }] }] }",
      ALL,
    ],
    [
      "a namespace by its name",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: bank } } }] }] }",
      ALL,
    ],
    [
      "In",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: team, operator: In, values: [money, x] }] } }] }] }",
      ALL,
    ],
    [
      "NotIn holds without the key",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: zone, operator: NotIn, values: [a] }] } }] }] }",
      ALL,
    ],
    [
      "Exists",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: zone, operator: Exists }] } }] }] }",
      "none",
    ],
    [
      "DoesNotExist",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: tier, operator: DoesNotExist }] } }] }] }",
      "none",
    ],
    [
      "endPort",
      inward,
      "{ podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: 90 }, { port: 91 }] }] }",
      "TCP 80-91",
    ],
    [
      "a named port is the destination's",
      inward,
      "{ podSelector: {}, ingress: [{ ports: [{ port: http }] }] }",
      "TCP 8080",
    ],
    [
      "a named port is the destination's outward too",
      outward,
      "{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: http }] }] }",
      "TCP 9090",
    ],
    [
      "a named port is of its protocol",
      inward,
      "{ podSelector: {}, ingress: [{ ports: [{ port: dns }] }] }",
      "none",
    ],
    [
      "a protocol alone",
      inward,
      "{ podSelector: {}, ingress: [{ ports: [{ protocol: UDP }] }] }",
      "UDP 1-65535",
    ],
    [
      "SCTP",
      inward,
      "{ podSelector: {}, ingress: [{ ports: [{ protocol: SCTP, port: 7777 }] }] }",
      "SCTP 7777",
    ],
    [
      "an ipBlock is no pod",
      inward,
      "{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }",
      "none",
    ],
  ])("%s", (_, ask, spec, ports) => {
    expect(ask(spec)).toBe(ports);
  });

  it("adds up, and both sides must allow", () => {
    const from = policy("{ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }");
    const more = policy("{ podSelector: {}, ingress: [{ ports: [{ port: 81 }] }] }");
    const out = policy(
      "{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 81 }] }] }",
      "bank",
    );
    expect(between("bank/api", "shop/web", from, more)).toBe("TCP 80-81");
    expect(between("bank/api", "shop/web", from, more, out)).toBe("TCP 81");
  });

  it("cuts an exception out of a block of addresses", () => {
    const block = "{ ipBlock: { cidr: 10.0.0.0/24, except: [10.0.0.128/25] } }";
    const { reach } = reachOf(PODS, policy(`{ podSelector: {}, ingress: [{ from: [${block}] }] }`));
    expect(edgeLines(reach).filter((line) => line.endsWith(`=> shop/web[Pod] : ${ALL}`))).toEqual([
      `10.0.0.0-10.0.0.127[External] => shop/web[Pod] : ${ALL}`,
    ]);
  });

  it("notes pods on their node's network, and traffic from the own node; ended pods are gone", () => {
    const agent = `apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: bank }
spec: { hostNetwork: true }`;
    const done = `apiVersion: v1
kind: Pod
metadata: { name: done, namespace: bank }
status: { phase: Succeeded }`;
    const { reach } = reachOf(PODS, agent, done);
    expect(reach.notes.map(({ kind }) => kind)).toEqual(["host-network", "own-node"]);
    expect(reach.notes[0]?.text).toContain("bank/agent[Pod] is on its node's network");
    expect(edgeLines(reach).join()).not.toContain("bank/done");
  });

  it("is the same however the objects are split into files", () => {
    const policies = [
      policy("{ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }"),
      policy("{ podSelector: {}, policyTypes: [Egress], egress: [] }", "bank"),
    ];
    const documents = [...PODS.split("---"), ...policies];
    const apart = documents
      .reverse()
      .flatMap((text, at) => readManifests(`${at}.yaml`, text).manifests);
    expect(edgeLines(computeReachability(factsFromManifests(apart).facts))).toEqual(
      edgeLines(reachOf(PODS, ...policies).reach),
    );
  });
});

const SUBJECT = "subject: { namespaces: { matchLabels: { team: sales } } }";
const FROM_BANK = "from: [{ namespaces: { matchLabels: { team: money } } }]";

function admin(spec: string, { name = "one", priority = 10 } = {}): string {
  return `apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${name} }
spec: { priority: ${priority}, ${SUBJECT}, ${spec} }`;
}

function baseline(spec: string, name = "default"): string {
  return `apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: { name: ${name} }
spec: { ${SUBJECT}, ${spec} }`;
}

function cluster(tier: string, spec: string, priority = 10): string {
  return `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: ${tier.toLowerCase()}-${priority} }
spec: { tier: ${tier}, priority: ${priority}, ${SUBJECT}, ${spec} }`;
}

const rule = (action: string, more = "") => `ingress: [{ action: ${action}, ${FROM_BANK}${more} }]`;
const ISOLATES = policy("{ podSelector: {} }");
const OPENS = policy("{ podSelector: {}, ingress: [{}] }");

describe("policies with tiers (policy.networking.k8s.io)", () => {
  test.each<[string, string[], string]>([
    ["Deny wins over a NetworkPolicy that allows", [admin(rule("Deny")), OPENS], "none"],
    ["Allow wins over a NetworkPolicy that isolates", [admin(rule("Allow")), ISOLATES], ALL],
    ["Pass leaves it to the NetworkPolicies", [admin(rule("Pass")), ISOLATES], "none"],
    [
      "Pass skips what comes later in its tier",
      [admin(rule("Pass")), admin(rule("Deny"), { name: "two", priority: 11 })],
      ALL,
    ],
    [
      "Pass and no NetworkPolicy: baseline decides",
      [admin(rule("Pass")), baseline(rule("Deny"))],
      "none",
    ],
    [
      "the lower priority is asked first",
      [admin(rule("Deny"), { priority: 11 }), admin(rule("Allow"), { name: "two" })],
      ALL,
    ],
    [
      "the first rule that matches decides",
      [
        admin(
          `ingress: [{ action: Allow, ${FROM_BANK}, ports: [{ portNumber: { port: 80 } }] }, { action: Deny, ${FROM_BANK} }]`,
        ),
      ],
      "TCP 80",
    ],
    [
      "a range of ports",
      [
        admin(
          `${rule("Deny", ", ports: [{ portRange: { start: 2, end: 65535 } }, { portRange: { protocol: UDP, start: 1, end: 65535 } }, { portRange: { protocol: SCTP, start: 1, end: 65535 } }]")}`,
        ),
      ],
      "TCP 1",
    ],
    [
      "a named port is of any protocol",
      [
        admin(
          `ingress: [{ action: Allow, ${FROM_BANK}, ports: [{ namedPort: http }, { namedPort: dns }] }, { action: Deny, ${FROM_BANK} }]`,
        ),
      ],
      "TCP 8080,UDP 5353",
    ],
    ["baseline denies where no NetworkPolicy isolates", [baseline(rule("Deny"))], "none"],
    ["baseline has no say where one does", [baseline(rule("Deny")), OPENS], ALL],
    ["no rules, no effect", [admin("ingress: []")], ALL],
    ["ClusterNetworkPolicy: Accept in Admin", [cluster("Admin", rule("Accept")), ISOLATES], ALL],
    [
      "ClusterNetworkPolicy: protocols",
      [
        cluster(
          "Admin",
          `ingress: [{ action: Accept, ${FROM_BANK}, protocols: [{ tcp: { destinationPort: { number: 80 } } }, { udp: { destinationPort: { range: { start: 5, end: 6 } } } }, { destinationNamedPort: http }] }, { action: Deny, ${FROM_BANK} }]`,
        ),
      ],
      "TCP 80,8080,UDP 5-6",
    ],
    [
      "ClusterNetworkPolicy: Pass in Baseline ends the tier",
      [cluster("Baseline", rule("Pass"), 1), cluster("Baseline", rule("Deny"), 2)],
      ALL,
    ],
  ])("%s", (_, documents, ports) => {
    expect(between("bank/api", "shop/web", ...documents)).toBe(ports);
  });

  it("says why: the policies with their kind, and what is denied by whom", () => {
    const { reach } = reachOf(
      PODS,
      admin(rule("Allow", ", ports: [{ portNumber: { port: 80 } }]")),
      ISOLATES,
    );
    const [edge] = [...reach.edges()].filter(
      ({ from, to }) =>
        from.kind === "pods" &&
        to.kind === "pods" &&
        from.class.namespace === "bank" &&
        to.class.namespace === "shop",
    );
    if (!edge) throw new Error("no edge");
    expect(reach.whyAllowed(edge)).toEqual({
      egress: { kind: "not-isolated" },
      ingress: { kind: "policies", names: ["AdminNetworkPolicy one"] },
    });
    const denied = reach.whyDenied(edge.from, edge.to).ingress;
    expect(denied).toMatchObject({ kind: "policies", names: ["shop/p"] });
    expect(denied.kind === "policies" && denied.ports.has("TCP", 80)).toBe(false);
  });

  it("says why of a range of addresses that several rules make up", () => {
    const deny = (address: string) => `{ action: Deny, to: [{ networks: [${address}/32] }] }`;
    const spec = `egress: [${deny("10.0.0.2")}, ${deny("10.0.0.3")}]`;
    const { reach } = reachOf(PODS, admin(spec));
    const web = reach.classes.find(({ namespace }) => namespace === "shop");
    const range = parseCidr("10.0.0.2/31");
    if (!web || !range) throw new Error("no class");
    expect(
      reach.whyDenied({ kind: "pods", class: web }, { kind: "external", range }).egress,
    ).toMatchObject({ names: ["AdminNetworkPolicy one"], ports: PortSet.all });
  });

  it("cannot tell where two of one priority disagree", () => {
    const two = admin(rule("Allow", ", ports: [{ portNumber: { port: 80 } }]"), { name: "two" });
    const { reach } = reachOf(PODS, admin(rule("Deny")), two);
    const line = "bank/api[Pod] => shop/web[Pod] : TCP 80";
    expect(edgeLines(reach)).not.toContain(line);
    expect(edgeLines(reach, "uncertain")).toContain(line);
    expect(reach.notes.filter(({ kind }) => kind === "doubt")).toHaveLength(1);
  });

  it("holds networks against pods too, nodes against their addresses, names against nothing known", () => {
    const node = `apiVersion: v1
kind: Node
metadata: { name: n1, labels: { pool: a } }
status: { addresses: [{ type: InternalIP, address: 10.1.1.1 }] }`;
    const deny = (to: string) => admin(`egress: [{ action: Deny, to: [${to}] }]`);
    expect(between("shop/web", "bank/api", deny("{ networks: [0.0.0.0/0] }"))).toBe("none");
    const { reach: nodes } = reachOf(PODS, node, deny("{ nodes: {} }"));
    expect(edgeLines(nodes)).toContain(
      `shop/web[Pod] => 10.1.1.2-255.255.255.255[External] : ${ALL}`,
    );
    const names = admin(
      `egress: [{ action: Allow, to: [{ domainNames: ["*.example.om"] }] }, { action: Deny, to: [{ networks: [0.0.0.0/0] }] }]`,
    );
    const { reach } = reachOf(PODS, names);
    const line = `shop/web[Pod] => 0.0.0.0-255.255.255.255[External] : ${ALL}`;
    expect(edgeLines(reach)).not.toContain(line);
    expect(edgeLines(reach, "uncertain")).toContain(line);
  });

  it("does not mean pods on their node's network, neither as subjects nor as peers", () => {
    const agent = `apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: bank }
spec: { hostNetwork: true }`;
    expect(between("bank/agent", "shop/web", agent, admin(rule("Deny")))).toBe(ALL);
  });

  it("reports what it does not understand, and takes it as closed", () => {
    const documents = [
      admin(rule("Maybe")),
      admin(`ingress: [{ action: Deny, from: [{ somebody: {} }] }]`, { name: "two" }),
      admin(rule("Deny"), { name: "three", priority: 1_001 }),
      baseline(rule("Pass")),
      baseline(rule("Deny"), "other"),
      cluster("Middle", rule("Accept")),
    ];
    const { problems } = reachOf(PODS, ...documents);
    expect(problems.map(({ object, message }) => `${object}: ${message}`)).toEqual([
      "AdminNetworkPolicy one: spec.ingress[0].action: Maybe is not Allow, Deny, Pass",
      "AdminNetworkPolicy two: spec.ingress[0].from: somebody is not a kind of peer here",
      "AdminNetworkPolicy three: spec.priority: 1001 is not a number from 0 to 1000",
      "BaselineAdminNetworkPolicy default: spec.ingress[0].action: Pass is not Allow, Deny",
      'BaselineAdminNetworkPolicy other: metadata.name: the only BaselineAdminNetworkPolicy is "default"',
      "ClusterNetworkPolicy middle-10: spec.tier: Middle is not Admin or Baseline",
    ]);
    expect(between("bank/api", "shop/web", documents[1] as string)).toBe("none");
  });
});
