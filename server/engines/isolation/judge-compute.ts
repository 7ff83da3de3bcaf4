import type { ClusterNode, ClusterTenancy, RunningPod } from "./cluster-tenancy.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";
import { judgeVirtualClusters } from "./judge-virtual-clusters.ts";

/**
 * Compute: whose namespaces they are, and for a silo that nobody else's pods are on its nodes. What
 * runs where is taken from pods and nodes, never from the declaration. Virtual clusters and Capsule
 * tenants count too: whose they are, and what else they hold.
 */
export function judgeCompute(
  tenancy: ClusterTenancy,
  tenant: string,
  environment: string,
  { compute }: Pick<Declaration, "compute">,
): Fact[] {
  const facts: Fact[] = [];
  const add = (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string> = {},
    more: { objects?: string[]; peer?: string } = {},
  ) => {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    facts.push({ layer: "compute", code, verdict, source, params, objects: [], ...more });
  };
  const present = tenancy.namespacesOf(tenant, environment);
  const own = new Set(present);
  for (const name of present.filter((each) => !compute.namespaces.includes(each))) {
    add(
      "namespace-undeclared",
      "violates",
      { namespace: name },
      { objects: [`Namespace ${name}`] },
    );
  }
  for (const name of compute.namespaces.filter((each) => !own.has(each))) {
    const owner = tenancy.ownerOf(name);
    if (owner.kind === "tenant" && owner.tenant !== tenant) {
      if (compute.model !== "shared") {
        add("namespace-foreign", "violates", { namespace: name }, { peer: owner.tenant });
      }
    } else if (tenancy.evidence.isComplete) add("namespace-absent", "notes", { namespace: name });
  }
  const pods = tenancy.pods.filter(({ namespace }) => own.has(namespace));
  if (present.length === 0) add("nothing-there", "unknown", { environment });
  else if (compute.model === "shared") judgeLabels(tenancy, tenant, pods, add);
  else {
    for (const pod of pods) {
      if (pod.tenantLabel && pod.tenantLabel !== tenant) {
        add(
          "pods-of-another-tenant",
          "violates",
          { namespace: pod.namespace },
          { peer: pod.tenantLabel, objects: [`Pod ${pod.namespace}/${pod.name}`] },
        );
      }
    }
    add(
      "namespaces-own",
      "supports",
      { count: String(present.length), namespaces: present.join(", ") },
      { objects: present.map((name) => `Namespace ${name}`) },
    );
  }
  const nodes = nodesOf(tenancy, pods);
  if (compute.model === "silo") judgeNodes(tenancy, { tenant, compute, nodes, pods }, add);
  facts.push(...judgeVirtualClusters(tenancy, tenant, own));
  return facts;
}

type Add = (
  code: FactCode,
  verdict: Verdict,
  params?: Record<string, string>,
  more?: { objects?: string[]; peer?: string },
) => void;

interface UsedNode {
  name: string;
  /** Null when the source has no such Node object. */
  node: ClusterNode | null;
}

function nodesOf(tenancy: ClusterTenancy, pods: readonly RunningPod[]): UsedNode[] {
  const names = new Set(pods.flatMap(({ node }) => (node ? [node] : [])));
  return [...names].sort().map((name) => ({ name, node: tenancy.nodes.get(name) ?? null }));
}

/** In a namespace that several share, each pod has to say whose it is. */
function judgeLabels(
  tenancy: ClusterTenancy,
  tenant: string,
  pods: readonly RunningPod[],
  add: Add,
): void {
  const silent = pods.filter(({ tenantLabel }) => tenantLabel === null);
  for (const { namespace, name } of silent.slice(0, 20)) {
    add(
      "pods-unlabelled",
      "unknown",
      { namespace, pod: name },
      { objects: [`Pod ${namespace}/${name}`] },
    );
  }
  const labelled = tenancy.pods.filter(({ tenantLabel }) => tenantLabel === tenant);
  if (labelled.length > 0 && silent.length === 0) {
    const namespaces = [...new Set(labelled.map(({ namespace }) => namespace))].sort();
    add("namespaces-own", "supports", {
      count: String(namespaces.length),
      namespaces: namespaces.join(", "),
    });
  }
}

function judgeNodes(
  tenancy: ClusterTenancy,
  {
    tenant,
    compute,
    nodes,
    pods,
  }: {
    tenant: string;
    compute: Declaration["compute"];
    nodes: readonly UsedNode[];
    pods: readonly RunningPod[];
  },
  add: Add,
): void {
  const homeless = pods.filter(({ node }) => node === null);
  for (const { namespace, name } of homeless.slice(0, 20)) {
    add("node-unknown", "unknown", { pod: `${namespace}/${name}` });
  }
  let isDedicated = nodes.length > 0;
  for (const { name, node } of nodes) {
    const objects = [`Node ${name}`];
    if (!node || (compute.nodePool !== null && node.pool === null)) {
      isDedicated = false;
      add("node-unknown", "unknown", { node: name }, { objects });
    } else if (compute.nodePool !== null && node.pool !== compute.nodePool) {
      isDedicated = false;
      const params = { node: name, pool: node.pool ?? "", declared: compute.nodePool };
      add("node-outside-pool", "violates", params, { objects });
    }
    for (const other of othersOn(tenancy, tenant, name)) {
      isDedicated = false;
      const peer = other === null ? {} : { peer: other };
      add("node-shared", "violates", { node: name }, { objects, ...peer });
    }
  }
  if (isDedicated && homeless.length === 0) {
    const params = { count: String(nodes.length), pool: compute.nodePool ?? "" };
    add("nodes-dedicated", "supports", params, {
      objects: nodes.map(({ name }) => `Node ${name}`),
    });
  } else if (nodes.length === 0 && homeless.length === 0) {
    // Nobody is there now: whether a node would be shared can't be seen.
    add("node-unknown", "unknown", { environment: "" });
  }
}

/** Whose pods are on a node beside the tenant's; null stands for a namespace that nobody owns. */
function othersOn(tenancy: ClusterTenancy, tenant: string, node: string): (string | null)[] {
  const others = new Set<string | null>();
  for (const pod of tenancy.pods) {
    if (pod.node !== node) continue;
    const owner = tenancy.ownerOf(pod.namespace);
    if (owner.kind === "tenant" && owner.tenant !== tenant) others.add(owner.tenant);
    else if (owner.kind === "unowned" && !pod.isDaemon) others.add(null);
  }
  return [...others].sort();
}
