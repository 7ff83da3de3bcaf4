import fc from "fast-check";
import type { LabelSelector } from "../label-selector.ts";
import type {
  ClusterFacts,
  NetworkPolicy,
  Node,
  Pod,
  PolicyPeer,
  PolicyRule,
  TierPeer,
  TierPolicy,
  TierPort,
  TierRule,
} from "../model.ts";
import { PROTOCOLS } from "../port-set.ts";

/** Small clusters in which everything that may meet does: few names, few labels, few ports. */
const NAMESPACES = ["a", "b", "c"];
export const PROBED_PORTS = [78, 79, 80, 81, 90, 91];
export const PROBED_ADDRESSES = ["10.0.0.5", "10.0.7.1", "10.9.9.9", "8.8.8.8", "fd00::5"];

const namespace = fc.constantFrom(...NAMESPACES);
export const labels = fc.dictionary(
  fc.constantFrom("app", "tier"),
  fc.constantFrom("x", "y", "z"),
  { maxKeys: 2 },
);
const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom("app", "tier"),
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: fc.uniqueArray(fc.constantFrom("x", "y", "z"), { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom("app", "tier", "kubernetes.io/metadata.name"),
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
  }),
);
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const peer: fc.Arbitrary<PolicyPeer> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      { kind: fc.constant("pods" as const), podSelector: selector, namespaceSelector: selector },
      { requiredKeys: ["kind", "podSelector"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<PolicyPeer>(
      { kind: "ip", cidr: "10.0.0.0/16", except: ["10.0.7.0/24"] },
      { kind: "ip", cidr: "0.0.0.0/0", except: [] },
      { kind: "ip", cidr: "fd00::/8", except: [] },
    ),
  },
);
const port = fc.oneof(
  fc.record({ protocol: fc.constantFrom(...PROTOCOLS) }),
  fc.record({ protocol: fc.constantFrom(...PROTOCOLS), port: fc.constantFrom(80, 81, "http") }),
  fc.record({
    protocol: fc.constant("TCP" as const),
    port: fc.constant(79),
    endPort: fc.constantFrom(80, 90),
  }),
);
export const rule: fc.Arbitrary<PolicyRule> = fc.record({
  peers: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
});
export const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace,
  name: fc.uuid(),
  podSelector: selector,
  isolatesIngress: fc.boolean(),
  isolatesEgress: fc.boolean(),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 2 }),
});

const podsPeer: fc.Arbitrary<TierPeer> = fc.record({
  kind: fc.constant("pods" as const),
  podSelector: selector,
  namespaceSelector: selector,
});
const egressPeer: fc.Arbitrary<TierPeer> = fc.oneof(
  { weight: 4, arbitrary: podsPeer },
  {
    weight: 1,
    arbitrary: fc.constantFrom<TierPeer>(
      { kind: "nodes", selector: {} },
      { kind: "nodes", selector: { matchLabels: { pool: "one" } } },
      { kind: "networks", cidrs: ["10.0.0.0/24"] },
      { kind: "networks", cidrs: ["0.0.0.0/0"] },
      { kind: "networks", cidrs: ["fd00::/8", "10.9.0.0/16"] },
    ),
  },
);
const tierPort: fc.Arbitrary<TierPort> = fc.constantFrom<TierPort>(
  { protocol: "TCP", port: 80, endPort: 80 },
  { protocol: "TCP", port: 79, endPort: 90 },
  { protocol: "UDP", port: 80, endPort: 80 },
  { named: "http" },
);
const tierRule = (peers: fc.Arbitrary<TierPeer>): fc.Arbitrary<TierRule> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        action: fc.constantFrom("accept" as const, "deny" as const, "pass" as const),
        peers: fc.array(peers, { minLength: 1, maxLength: 2 }),
        ports: fc.array(tierPort, { maxLength: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        action: fc.constant("accept" as const),
        peers: fc.constant([{ kind: "domains" as const, names: ["*.example.om"] }]),
        ports: fc.constant([]),
      }),
    },
  );
export const tierPolicy: fc.Arbitrary<TierPolicy> = fc
  .record({
    name: fc.uuid(),
    tier: fc.constantFrom("admin" as const, "baseline" as const),
    priority: fc.integer({ min: 0, max: 3 }),
    subject: fc.record({ podSelector: selector, namespaceSelector: selector }),
    ingress: fc.array(tierRule(podsPeer), { maxLength: 2 }),
    egress: fc.array(tierRule(egressPeer), { maxLength: 2 }),
  })
  .map((each) => ({ ...each, kind: "ClusterNetworkPolicy" as const }));

export const pod: fc.Arbitrary<Pod> = fc
  .record({
    namespace,
    workload: fc.uuid(),
    workloadKind: fc.constant("Pod"),
    labels,
    namedPorts: fc.constantFrom(
      [],
      [{ name: "http", port: 80, protocol: "TCP" as const }],
      [{ name: "http", port: 81, protocol: "UDP" as const }],
    ),
    isHostNetwork: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    node: fc.constantFrom("n1", "n2", undefined),
    address: fc.constantFrom("10.0.0.7", "10.9.1.1", "fd00::7", undefined),
  })
  .map(({ node, address, ...rest }) => ({
    ...rest,
    ...(node ? { node } : {}),
    ...(address ? { addresses: [address] } : {}),
  }));

export const NODES: readonly Node[] = [
  { name: "n1", labels: { pool: "one" }, addresses: ["10.9.9.9"] },
  { name: "n2", labels: { pool: "two" }, addresses: ["10.9.9.10"] },
];

export const cluster: fc.Arbitrary<ClusterFacts> = fc.record({
  namespaces: fc.tuple(...NAMESPACES.map((name) => fc.record({ name: fc.constant(name), labels }))),
  pods: fc.uniqueArray(pod, { maxLength: 6, selector: (each) => each.workload }),
  policies: fc.array(policy, { maxLength: 5 }),
  tierPolicies: fc.array(tierPolicy, { maxLength: 4 }),
  nodes: fc.constant(NODES),
});
