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

/** Everything that reachability is computed from. */
export interface ClusterFacts {
  namespaces: readonly Namespace[];
  pods: readonly Pod[];
  policies: readonly NetworkPolicy[];
}
