import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgeLines } from "./edge-text.ts";
import { type LabelSelector, matchesSelector } from "./label-selector.ts";
import type { ClusterFacts, NetworkPolicy, Pod, PolicyPeer, PolicyRule } from "./model.ts";
import { PROTOCOLS } from "./port-set.ts";
import { computeReachability } from "./reachability.ts";

const NAMESPACES = ["a", "b", "c"];
const namespace = fc.constantFrom(...NAMESPACES);
const labels = fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("x", "y", "z"), {
  maxKeys: 2,
});
const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom("app", "tier"),
    operator: fc.constantFrom("In" as const, "NotIn" as const),
    values: fc.uniqueArray(fc.constantFrom("x", "y", "z"), { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom("app", "tier"),
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
  }),
);
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const peer: fc.Arbitrary<PolicyPeer> = fc.record(
  { kind: fc.constant("pods" as const), podSelector: selector, namespaceSelector: selector },
  { requiredKeys: ["kind", "podSelector"] },
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
const rule: fc.Arbitrary<PolicyRule> = fc.record({
  peers: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
});
const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace,
  name: fc.uuid(),
  podSelector: selector,
  isolatesIngress: fc.boolean(),
  isolatesEgress: fc.boolean(),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 2 }),
});
const pod: fc.Arbitrary<Pod> = fc.record({
  namespace,
  workload: fc.uuid(),
  workloadKind: fc.constant("Pod"),
  labels,
  namedPorts: fc.constantFrom([], [{ name: "http", port: 80, protocol: "TCP" as const }]),
  isHostNetwork: fc.constant(false),
});
const cluster: fc.Arbitrary<ClusterFacts> = fc.record({
  namespaces: fc.tuple(...NAMESPACES.map((name) => fc.record({ name: fc.constant(name), labels }))),
  pods: fc.uniqueArray(pod, { maxLength: 6, selector: (each) => each.workload }),
  policies: fc.array(policy, { maxLength: 5 }),
});

/** The API reference read literally, pod by pod and port by port: slow, and obviously right. */
function isAllowed(
  facts: ClusterFacts,
  from: Pod,
  to: Pod,
  protocol: string,
  number: number,
): boolean {
  const lets = (subject: Pod, other: Pod, direction: "ingress" | "egress") => {
    const isolating = facts.policies.filter(
      (each) =>
        (direction === "ingress" ? each.isolatesIngress : each.isolatesEgress) &&
        each.namespace === subject.namespace &&
        matchesSelector(each.podSelector, subject.labels),
    );
    if (isolating.length === 0) return true;
    return isolating.some((each) =>
      each[direction].some(
        ({ peers, ports }) =>
          (peers.length === 0 || peers.some((one) => selects(facts, each, one, other))) &&
          (ports.length === 0 ||
            ports.some((one) => {
              if (one.protocol !== protocol) return false;
              if (one.port === undefined) return true;
              if (typeof one.port === "number")
                return one.port <= number && number <= (one.endPort ?? one.port);
              return to.namedPorts.some(
                (named) =>
                  named.name === one.port && named.protocol === protocol && named.port === number,
              );
            })),
      ),
    );
  };
  return lets(from, to, "egress") && lets(to, from, "ingress");
}

function selects(facts: ClusterFacts, owner: NetworkPolicy, one: PolicyPeer, other: Pod): boolean {
  if (one.kind === "ip") return false;
  const found = facts.namespaces.find((each) => each.name === other.namespace);
  const inScope = one.namespaceSelector
    ? matchesSelector(one.namespaceSelector, {
        ...found?.labels,
        "kubernetes.io/metadata.name": other.namespace,
      })
    : owner.namespace === other.namespace;
  return inScope && matchesSelector(one.podSelector, other.labels);
}

describe("computeReachability", () => {
  it("agrees with the definition, pod by pod and port by port", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const edges = [...computeReachability(facts).edges()];
        for (const from of facts.pods) {
          for (const to of facts.pods) {
            for (const protocol of PROTOCOLS) {
              for (const number of [78, 79, 80, 81, 90, 91]) {
                const found = edges.some(
                  (edge) =>
                    edge.from.kind === "pods" &&
                    edge.to.kind === "pods" &&
                    edge.from.class.workloads.includes(`${from.namespace}/${from.workload}[Pod]`) &&
                    edge.to.class.workloads.includes(`${to.namespace}/${to.workload}[Pod]`) &&
                    edge.ports.has(protocol, number),
                );
                expect(found).toBe(isAllowed(facts, from, to, protocol, number));
              }
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("does not depend on the order of anything", () => {
    fc.assert(
      fc.property(cluster, (facts) => {
        const reversed = {
          namespaces: [...facts.namespaces].reverse(),
          pods: [...facts.pods].reverse(),
          policies: [...facts.policies].reverse(),
        };
        expect(edgeLines(computeReachability(reversed))).toEqual(
          edgeLines(computeReachability(facts)),
        );
      }),
    );
  });

  it("loses no edge when a rule is added to a policy", () => {
    fc.assert(
      fc.property(cluster, rule, fc.nat(), (facts, added, at) => {
        fc.pre(facts.policies.length > 0);
        const chosen = at % facts.policies.length;
        const policies = facts.policies.map((each, index) =>
          index === chosen
            ? { ...each, ingress: [...each.ingress, added], egress: [...each.egress, added] }
            : each,
        );
        const after = [...computeReachability({ ...facts, policies }).edges()];
        for (const edge of computeReachability(facts).edges()) {
          if (edge.from.kind !== "pods" || edge.to.kind !== "pods") continue;
          const { from, to, ports } = {
            from: edge.from.class,
            to: edge.to.class,
            ports: edge.ports,
          };
          for (const source of from.workloads) {
            for (const target of to.workloads) {
              const kept = after.find(
                (each) =>
                  each.from.kind === "pods" &&
                  each.to.kind === "pods" &&
                  each.from.class.workloads.includes(source) &&
                  each.to.class.workloads.includes(target),
              );
              expect(kept && ports.intersect(kept.ports).equals(ports)).toBe(true);
            }
          }
        }
      }),
    );
  });

  it("names the policy of a CIDR that can't be", () => {
    const bad: NetworkPolicy = {
      namespace: "shop",
      name: "to-bank",
      podSelector: {},
      isolatesIngress: false,
      isolatesEgress: true,
      ingress: [],
      egress: [{ peers: [{ kind: "ip", cidr: "10.0.0.0/33", except: [] }], ports: [] }],
    };
    expect(() => computeReachability({ namespaces: [], pods: [], policies: [bad] })).toThrow(
      'NetworkPolicy shop/to-bank: "10.0.0.0/33" is not a CIDR',
    );
  });
});
