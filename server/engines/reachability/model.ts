import type { LabelSelector, Labels } from "./label-selector.ts";
import type { Protocol } from "./port-set.ts";

export interface Namespace {
  name: string;
  labels: Labels;
}

export interface NamedPort {
  name: string;
  port: number;
  protocol: Protocol;
}

/** One pod, or the pod template of a controller. */
export interface Pod {
  namespace: string;
  /** The owner that replicas collapse to, e.g. `frontend` and `Deployment`. */
  workload: string;
  workloadKind: string;
  labels: Labels;
  namedPorts: readonly NamedPort[];
  isHostNetwork: boolean;
  /** The node it runs on, where a cluster says so. */
  node?: string;
  /** Its own addresses, as a cluster gave them; none of a template. */
  addresses?: readonly string[];
}

export interface PolicyPort {
  protocol: Protocol;
  /** A number, a container port's name, or undefined for every port of the protocol. */
  port?: number | string;
  endPort?: number;
}

export type PolicyPeer =
  | { kind: "pods"; podSelector: LabelSelector; namespaceSelector?: LabelSelector }
  | { kind: "ip"; cidr: string; except: readonly string[] };

export interface PolicyRule {
  /** Empty means every peer (networking.k8s.io/v1). */
  peers: readonly PolicyPeer[];
  /** Empty means every port. */
  ports: readonly PolicyPort[];
}

export interface NetworkPolicy {
  namespace: string;
  name: string;
  podSelector: LabelSelector;
  isolatesIngress: boolean;
  isolatesEgress: boolean;
  ingress: readonly PolicyRule[];
  egress: readonly PolicyRule[];
}

/** A peer of a policy with tiers (policy.networking.k8s.io). */
export type TierPeer =
  | { kind: "pods"; podSelector: LabelSelector; namespaceSelector: LabelSelector }
  | { kind: "nodes"; selector: LabelSelector }
  | { kind: "networks"; cidrs: readonly string[] }
  | { kind: "domains"; names: readonly string[] };

/** A range of ports of a protocol, or a container port's name, of whatever protocol it has. */
export type TierPort = { protocol: Protocol; port: number; endPort: number } | { named: string };

export interface TierRule {
  action: "accept" | "deny" | "pass";
  peers: readonly TierPeer[];
  /** Empty means every port. */
  ports: readonly TierPort[];
}

export const TIER_POLICY_KINDS = [
  "AdminNetworkPolicy",
  "BaselineAdminNetworkPolicy",
  "ClusterNetworkPolicy",
] as const;

/** A policy of the whole cluster, above (admin) or below (baseline) what namespaces say. */
export interface TierPolicy {
  kind: (typeof TIER_POLICY_KINDS)[number];
  name: string;
  tier: "admin" | "baseline";
  /** The lower number is asked first. */
  priority: number;
  subject: { podSelector: LabelSelector; namespaceSelector: LabelSelector };
  ingress: readonly TierRule[];
  egress: readonly TierRule[];
}

export interface Node {
  name: string;
  labels: Labels;
  addresses: readonly string[];
}

/** Everything that reachability is computed from. */
export interface ClusterFacts {
  namespaces: readonly Namespace[];
  pods: readonly Pod[];
  policies: readonly NetworkPolicy[];
  tierPolicies?: readonly TierPolicy[];
  nodes?: readonly Node[];
}
