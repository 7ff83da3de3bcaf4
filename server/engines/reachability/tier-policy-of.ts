import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { parseCidr } from "./ip-range.ts";
import {
  TIER_POLICY_KINDS,
  type TierPeer,
  type TierPolicy,
  type TierPort,
  type TierRule,
} from "./model.ts";
import {
  type Fields,
  fieldsOf,
  protocolOf,
  selectorOf,
  statedFields,
  statedList,
} from "./policy-fields.ts";
import { PROTOCOLS, type Protocol } from "./port-set.ts";

const GROUP = "policy.networking.k8s.io/";
const MAX_PRIORITY = 1_000;

export function isTierPolicy({ apiVersion, kind }: Manifest): boolean {
  return apiVersion.startsWith(GROUP) && TIER_POLICY_KINDS.some((each) => each === kind);
}

/**
 * An AdminNetworkPolicy, BaselineAdminNetworkPolicy (v1alpha1) or ClusterNetworkPolicy (v1alpha2). A
 * rule at fault is reported, and taken as the API's documentation asks of one that isn't understood:
 * `Accept` matches nothing, `Deny` and `Pass` deny everything. Throws when the policy itself is at fault.
 */
export function tierPolicyOf(manifest: Manifest, report: (message: string) => void): TierPolicy {
  const kind = TIER_POLICY_KINDS.find((each) => each === manifest.kind);
  if (!kind) throw new Error(`${manifest.kind} is no policy with a tier`);
  const spec = statedFields(manifest.spec, "spec");
  const tier = tierOf(kind, spec);
  const rulesOf = (direction: "ingress" | "egress", side: "from" | "to") =>
    statedList(spec[direction], `spec.${direction}`).flatMap((each, at): TierRule[] => {
      const rule = fieldsOf(each);
      const where = `spec.${direction}[${at}]`;
      try {
        return [ruleOf({ rule, kind, tier, side })];
      } catch (error) {
        report(`${where}.${(error as Error).message}`);
        if (rule.action === "Accept" || rule.action === "Allow") return [];
        return [{ action: "deny", peers: EVERYTHING, ports: [] }];
      }
    });
  if (kind === "BaselineAdminNetworkPolicy" && manifest.metadata.name !== "default") {
    throw new Error('metadata.name: the only BaselineAdminNetworkPolicy is "default"');
  }
  return {
    kind,
    name: manifest.metadata.name,
    tier,
    priority: priorityOf(kind, spec),
    subject: subjectOf(statedFields(spec.subject, "spec.subject")),
    ingress: rulesOf("ingress", "from"),
    egress: rulesOf("egress", "to"),
  };
}

const EVERYTHING: readonly TierPeer[] = [
  { kind: "pods", podSelector: {}, namespaceSelector: {} },
  { kind: "nodes", selector: {} },
  { kind: "networks", cidrs: ["0.0.0.0/0", "::/0"] },
];

function tierOf(kind: TierPolicy["kind"], spec: Fields): TierPolicy["tier"] {
  if (kind !== "ClusterNetworkPolicy") return kind === "AdminNetworkPolicy" ? "admin" : "baseline";
  if (spec.tier !== "Admin" && spec.tier !== "Baseline") {
    throw new Error(`spec.tier: ${String(spec.tier)} is not Admin or Baseline`);
  }
  return spec.tier === "Admin" ? "admin" : "baseline";
}

function priorityOf(kind: TierPolicy["kind"], { priority }: Fields): number {
  if (kind === "BaselineAdminNetworkPolicy") return 0;
  if (
    typeof priority !== "number" ||
    !Number.isInteger(priority) ||
    priority < 0 ||
    priority > MAX_PRIORITY
  ) {
    throw new Error(`spec.priority: ${String(priority)} is not a number from 0 to ${MAX_PRIORITY}`);
  }
  return priority;
}

function subjectOf(subject: Fields): TierPolicy["subject"] {
  const [kind, ...more] = stated(subject);
  if (more.length > 0 || (kind !== "namespaces" && kind !== "pods")) {
    throw new Error("spec.subject must name namespaces or pods, one of them");
  }
  return podsOf(kind, subject[kind], "spec.subject");
}

function podsOf(kind: "namespaces" | "pods", value: unknown, where: string) {
  if (kind === "namespaces") {
    return { namespaceSelector: selectorOf(value, `${where}.namespaces`), podSelector: {} };
  }
  const pods = statedFields(value, `${where}.pods`);
  return {
    namespaceSelector: selectorOf(pods.namespaceSelector, `${where}.pods.namespaceSelector`),
    podSelector: selectorOf(pods.podSelector, `${where}.pods.podSelector`),
  };
}

const ACTIONS = { Accept: "accept", Allow: "accept", Deny: "deny", Pass: "pass" } as const;

function ruleOf({
  rule,
  kind,
  tier,
  side,
}: {
  rule: Fields;
  kind: TierPolicy["kind"];
  tier: TierPolicy["tier"];
  side: "from" | "to";
}): TierRule {
  const isCluster = kind === "ClusterNetworkPolicy";
  const allowed = isCluster
    ? ["Accept", "Deny", "Pass"]
    : tier === "admin"
      ? ["Allow", "Deny", "Pass"]
      : ["Allow", "Deny"];
  const name = allowed.find((each) => each === rule.action);
  if (!name) throw new Error(`action: ${String(rule.action)} is not ${allowed.join(", ")}`);
  const action = ACTIONS[name as keyof typeof ACTIONS];
  const peers = statedList(rule[side], side).map((peer) => peerOf(fieldsOf(peer), side));
  if (peers.length === 0) throw new Error(`${side} must have at least one peer`);
  if (action !== "accept" && peers.some((peer) => peer.kind === "domains")) {
    throw new Error(`${side}: domainNames stand in rules that allow only`);
  }
  const ports = isCluster
    ? statedList(rule.protocols, "protocols").map((each) => protocolPortOf(fieldsOf(each)))
    : statedList(rule.ports, "ports").map((each) => portOf(fieldsOf(each)));
  if (ports.some((port) => "named" in port) && peers.some((peer) => peer.kind !== "pods")) {
    throw new Error(`${side}: networks, nodes and domainNames have no named ports`);
  }
  return { action, peers, ports };
}

function peerOf(peer: Fields, side: "from" | "to"): TierPeer {
  const [kind, ...more] = stated(peer);
  if (kind === undefined || more.length > 0) throw new Error(`${side}: a peer names one thing`);
  if (kind === "namespaces" || kind === "pods") {
    return { kind: "pods", ...podsOf(kind, peer[kind], side) };
  }
  if (side === "to" && kind === "nodes") {
    return { kind: "nodes", selector: selectorOf(peer.nodes, "to.nodes") };
  }
  if (side === "to" && kind === "networks") {
    const cidrs = statedList(peer.networks, "to.networks").map(String);
    const wrong = cidrs.find((cidr) => !parseCidr(cidr));
    if (wrong !== undefined) throw new Error(`to.networks: "${wrong.slice(0, 60)}" is not a CIDR`);
    return { kind: "networks", cidrs };
  }
  if (side === "to" && kind === "domainNames") {
    return { kind: "domains", names: statedList(peer.domainNames, "to.domainNames").map(String) };
  }
  throw new Error(`${side}: ${kind} is not a kind of peer here`);
}

function portOf(port: Fields): TierPort {
  const [kind, ...more] = stated(port);
  if (more.length === 0 && kind === "namedPort" && typeof port.namedPort === "string") {
    return { named: port.namedPort };
  }
  if (more.length === 0 && kind === "portNumber") {
    const number = fieldsOf(port.portNumber);
    return rangeOf(protocolOf(number.protocol), number.port, number.port);
  }
  if (more.length === 0 && kind === "portRange") {
    const range = fieldsOf(port.portRange);
    return rangeOf(protocolOf(range.protocol), range.start, range.end);
  }
  throw new Error("ports: a port is portNumber, portRange or namedPort, one of them");
}

/** Of v1alpha2: `tcp: { destinationPort: { number | range } }`, or `destinationNamedPort`. */
function protocolPortOf(each: Fields): TierPort {
  const [kind, ...more] = stated(each);
  if (more.length === 0 && kind === "destinationNamedPort") {
    if (typeof each.destinationNamedPort === "string") return { named: each.destinationNamedPort };
  }
  const protocol = PROTOCOLS.find((one) => one.toLowerCase() === kind);
  if (more.length === 0 && protocol && kind) {
    const port = fieldsOf(fieldsOf(each[kind]).destinationPort);
    const range = fieldsOf(port.range);
    if (port.number !== undefined) return rangeOf(protocol, port.number, port.number);
    return rangeOf(protocol, range.start, range.end);
  }
  throw new Error("protocols: one is tcp, udp, sctp or destinationNamedPort, with its port");
}

function rangeOf(protocol: Protocol, from: unknown, to: unknown): TierPort {
  const isPort = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
  if (!isPort(from) || !isPort(to) || from > to) {
    throw new Error(`ports: ${String(from)} to ${String(to)} is not a range of ports`);
  }
  return { protocol, port: from, endPort: to };
}

/** Names of the fields that are there. */
function stated(fields: Fields): string[] {
  return Object.keys(fields).filter((key) => fields[key] !== undefined && fields[key] !== null);
}
