import { contains, parseAddress, parseCidr } from "../ip-range.ts";
import { matchesSelector } from "../label-selector.ts";
import type {
  ClusterFacts,
  NetworkPolicy,
  Pod,
  PolicyPort,
  PolicyRule,
  TierPeer,
  TierPolicy,
  TierPort,
} from "../model.ts";
import type { Protocol } from "../port-set.ts";

/** A pod, or an address outside the cluster. */
export type End = Pod | string;

export interface Probe {
  from: End;
  to: End;
  protocol: Protocol;
  port: number;
}

type Direction = "ingress" | "egress";
type Answer = "yes" | "no" | "maybe";
type Outcome = "accept" | "deny" | "pass" | "none";

/**
 * The API's documentation read literally, one connection at a time: slow, and obviously right. Says
 * whether the connection may be allowed and whether it may be denied; both, where that is left open.
 */
export function referenceVerdict(
  facts: ClusterFacts,
  probe: Probe,
): { may: boolean; sure: boolean } {
  const sides = [outcomes(facts, probe, "egress"), outcomes(facts, probe, "ingress")];
  return {
    may: sides.every((side) => side.has("allow")),
    sure: sides.every((side) => !side.has("deny")),
  };
}

function outcomes(facts: ClusterFacts, probe: Probe, direction: Direction): Set<"allow" | "deny"> {
  const [subject, other] = direction === "egress" ? [probe.from, probe.to] : [probe.to, probe.from];
  if (typeof subject === "string") return new Set(["allow"]);
  const result = new Set<"allow" | "deny">();
  const { tierPolicies = [] } = facts;
  for (const admin of tierOutcomes(
    facts,
    probe,
    direction,
    subject,
    other,
    tierPolicies,
    "admin",
  )) {
    if (admin === "accept") result.add("allow");
    else if (admin === "deny") result.add("deny");
    else {
      const isolating = facts.policies.filter(
        (each) =>
          (direction === "ingress" ? each.isolatesIngress : each.isolatesEgress) &&
          each.namespace === subject.namespace &&
          matchesSelector(each.podSelector, subject.labels),
      );
      if (isolating.length > 0) {
        const isAllowed = isolating.some((each) =>
          each[direction].some((rule) => lets(facts, each, rule, other, probe)),
        );
        result.add(isAllowed ? "allow" : "deny");
        continue;
      }
      for (const baseline of tierOutcomes(
        facts,
        probe,
        direction,
        subject,
        other,
        tierPolicies,
        "baseline",
      )) {
        result.add(baseline === "deny" ? "deny" : "allow");
      }
    }
  }
  return result;
}

/** Everything that the rules of one tier may come to, lower priorities first. */
function tierOutcomes(
  facts: ClusterFacts,
  probe: Probe,
  direction: Direction,
  subject: Pod,
  other: End,
  policies: readonly TierPolicy[],
  tier: TierPolicy["tier"],
): Set<Outcome> {
  const own = policies.filter((each) => each.tier === tier && selectsSubject(facts, each, subject));
  const result = new Set<Outcome>();
  const priorities = [...new Set(own.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const priority of priorities) {
    let canAllMiss = true;
    for (const each of own.filter((one) => one.priority === priority)) {
      let canMiss = true;
      for (const { action, peers, ports } of each[direction]) {
        const isPort = ports.length === 0 || ports.some((one) => isTierPort(one, probe));
        const answer: Answer = isPort ? best(peers.map((one) => meets(facts, one, other))) : "no";
        if (answer !== "no") result.add(action);
        if (answer === "yes") {
          canMiss = false;
          break;
        }
      }
      canAllMiss &&= canMiss;
    }
    if (!canAllMiss) return result;
  }
  return result.add("none");
}

function best(answers: readonly Answer[]): Answer {
  return answers.includes("yes") ? "yes" : answers.includes("maybe") ? "maybe" : "no";
}

function selectsSubject(facts: ClusterFacts, { subject }: TierPolicy, pod: Pod): boolean {
  return meets(facts, { kind: "pods", ...subject }, pod) === "yes";
}

function meets(facts: ClusterFacts, peer: TierPeer, other: End): Answer {
  if (peer.kind === "domains") return typeof other === "string" ? "maybe" : "no";
  if (peer.kind === "pods") {
    if (typeof other === "string" || other.isHostNetwork) return "no";
    const isIn =
      matchesSelector(peer.namespaceSelector, namespaceLabels(facts, other.namespace)) &&
      matchesSelector(peer.podSelector, other.labels);
    return isIn ? "yes" : "no";
  }
  if (peer.kind === "networks") {
    if (typeof other === "string")
      return peer.cidrs.some((cidr) => isIn(cidr, other)) ? "yes" : "no";
    return best(peer.cidrs.map((cidr) => podIn(cidr, other)));
  }
  const nodes = (facts.nodes ?? []).filter(({ labels }) => matchesSelector(peer.selector, labels));
  if (typeof other === "string") {
    return nodes.some(({ addresses }) => addresses.includes(other)) ? "yes" : "no";
  }
  if (!other.isHostNetwork) return "no";
  if (!facts.nodes?.some(({ name }) => name === other.node)) return "maybe";
  return nodes.some(({ name }) => name === other.node) ? "yes" : "no";
}

function podIn(cidr: string, { addresses = [], isHostNetwork }: Pod): Answer {
  if (addresses.length === 0) return cidr === "0.0.0.0/0" && !isHostNetwork ? "yes" : "maybe";
  return addresses.every((address) => isIn(cidr, address)) ? "yes" : "no";
}

function isIn(cidr: string, address: string): boolean {
  const [range, one] = [parseCidr(cidr), parseAddress(address)];
  return range !== undefined && one !== undefined && contains(range, one);
}

function namespaceLabels(facts: ClusterFacts, name: string) {
  const found = facts.namespaces.find((each) => each.name === name);
  return { ...found?.labels, "kubernetes.io/metadata.name": name };
}

function lets(
  facts: ClusterFacts,
  policy: NetworkPolicy,
  { peers, ports }: PolicyRule,
  other: End,
  probe: Probe,
): boolean {
  const isPeer =
    peers.length === 0 ||
    peers.some((one) => {
      if (one.kind === "ip") {
        if (typeof other !== "string") return false;
        return isIn(one.cidr, other) && !one.except.some((cidr) => isIn(cidr, other));
      }
      if (typeof other === "string") return false;
      const isScope = one.namespaceSelector
        ? matchesSelector(one.namespaceSelector, namespaceLabels(facts, other.namespace))
        : other.namespace === policy.namespace;
      return isScope && matchesSelector(one.podSelector, other.labels);
    });
  return isPeer && (ports.length === 0 || ports.some((one) => isPolicyPort(one, probe)));
}

function isPolicyPort(one: PolicyPort, { to, protocol, port }: Probe): boolean {
  if (one.protocol !== protocol) return false;
  if (one.port === undefined) return true;
  if (typeof one.port === "number") return one.port <= port && port <= (one.endPort ?? one.port);
  return (
    typeof to !== "string" &&
    to.namedPorts.some(
      (named) => named.name === one.port && named.protocol === protocol && named.port === port,
    )
  );
}

function isTierPort(one: TierPort, { to, protocol, port }: Probe): boolean {
  if ("named" in one) {
    return (
      typeof to !== "string" &&
      to.namedPorts.some(
        (named) => named.name === one.named && named.protocol === protocol && named.port === port,
      )
    );
  }
  return one.protocol === protocol && one.port <= port && port <= one.endPort;
}
