import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import {
  type NamespaceOwner,
  namespaceOwners,
} from "#server/engines/kubernetes/namespace-owners.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

export const PLATFORM_LABEL = "catalyst.openova.io/platform";
export const NODE_POOL_LABELS = [
  "catalyst.openova.io/node-pool",
  "cloud.google.com/gke-nodepool",
  "kubernetes.azure.com/agentpool",
  "eks.amazonaws.com/nodegroup",
] as const;
export const SUBNET_LABEL = "catalyst.openova.io/subnet";
/** Well-known label of Kubernetes ("Well-Known Labels, Annotations and Taints"). */
export const REGION_LABEL = "topology.kubernetes.io/region";
const TENANT_LABEL = "catalyst.openova.io/tenant";
const KUBERNETES_OWN = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** One reading of one cluster. */
export interface ClusterEvidence {
  name: string;
  manifests: readonly Manifest[];
  /** False when some of its files could not be read: an object that isn't there may still exist. */
  isComplete: boolean;
  /** Where it stands, as the installation says; the nodes' own labels win. */
  region?: string | null;
  /** Kinds that may not or could not be read: nothing is known of their objects. */
  unread?: readonly { kind: string; reason: string }[];
}

/** Whether an object of this kind (`group/Kind`, the core group's without one) would be seen. */
export function isSeen({ isComplete, unread = [] }: ClusterEvidence, kind: string): boolean {
  return isComplete && !unread.some((each) => each.kind === kind);
}

export interface RunningPod {
  namespace: string;
  name: string;
  node: string | null;
  /** Run by a DaemonSet: it is on every node by its nature. */
  isDaemon: boolean;
  isHostNetwork: boolean;
  /** The tenant that the pod's own label names, where its namespace is shared. */
  tenantLabel: string | null;
}

export interface ClusterNode {
  name: string;
  pool: string | null;
  region: string | null;
  subnet: string | null;
}

/** Who owns a namespace: a tenant, the platform, or nobody that the cluster names. */
export type Owner = { kind: "tenant"; tenant: string } | { kind: "platform" } | { kind: "unowned" };

/** Who is where in a cluster. */
export interface ClusterTenancy {
  evidence: ClusterEvidence;
  owners: ReadonlyMap<string, NamespaceOwner>;
  ownerOf(namespace: string): Owner;
  namespacesOf(tenant: string, environment: string): string[];
  pods: readonly RunningPod[];
  nodes: ReadonlyMap<string, ClusterNode>;
}

const ENDED = new Set(["Succeeded", "Failed"]);

export function clusterTenancy(evidence: ClusterEvidence): ClusterTenancy {
  const { manifests } = evidence;
  const owners = namespaceOwners(manifests);
  const platform = new Set(KUBERNETES_OWN);
  const pods: RunningPod[] = [];
  const nodes = new Map<string, ClusterNode>();
  for (const manifest of manifests) {
    const { kind, apiVersion, metadata } = manifest;
    if (apiVersion !== "v1") continue;
    const labels = metadata.labels ?? {};
    if (kind === "Namespace" && labels[PLATFORM_LABEL] === "true") platform.add(metadata.name);
    else if (kind === "Node") nodes.set(metadata.name, nodeOf(metadata.name, labels));
    else if (kind === "Pod" && !ENDED.has(String(record(manifest.status).phase))) {
      pods.push(podOf(manifest));
    }
  }
  return {
    evidence,
    owners,
    ownerOf(namespace) {
      const tenant = owners.get(namespace)?.tenant;
      if (tenant !== undefined) return { kind: "tenant", tenant };
      return platform.has(namespace) ? { kind: "platform" } : { kind: "unowned" };
    },
    namespacesOf: (tenant, environment) =>
      [...owners]
        .filter(([, owner]) => owner.tenant === tenant && owner.environment === environment)
        .map(([name]) => name)
        .sort(),
    pods,
    nodes,
  };
}

function nodeOf(name: string, labels: Readonly<Record<string, string>>): ClusterNode {
  const poolLabel = NODE_POOL_LABELS.find((label) => labels[label]);
  return {
    name,
    pool: (poolLabel && labels[poolLabel]) ?? null,
    region: labels[REGION_LABEL] ?? null,
    subnet: labels[SUBNET_LABEL] ?? null,
  };
}

function podOf(manifest: Manifest): RunningPod {
  const spec = record(manifest.spec);
  const owners = list(manifest.metadata.ownerReferences).map(record);
  return {
    namespace: namespaceOf(manifest),
    name: manifest.metadata.name,
    node: typeof spec.nodeName === "string" && spec.nodeName !== "" ? spec.nodeName : null,
    isDaemon: owners.some((owner) => owner.kind === "DaemonSet"),
    isHostNetwork: spec.hostNetwork === true,
    tenantLabel: manifest.metadata.labels?.[TENANT_LABEL] ?? null,
  };
}
