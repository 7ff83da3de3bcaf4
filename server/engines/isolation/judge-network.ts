import type { ClusterTenancy } from "./cluster-tenancy.ts";
import { networkPlugin } from "./cni.ts";
import type { CrossingEdge, Side } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";
import type { ReachView } from "./frozen-reach.ts";
import { policyObject } from "./policy-object.ts";

/** One cell is read by people: the list of edges has the rest. */
const MOST_GROUPS = 50;
const MOST_FREE = 100;

interface NetworkEvidence {
  tenancy: ClusterTenancy;
  reach: ReachView;
  /** All of the cluster's, from `crossingEdges`. */
  edges: readonly CrossingEdge[];
  unlisted: ReadonlyMap<string, number>;
}

/**
 * Network: every computed edge that crosses the tenant's border is a violation, whatever the model; one
 * of which nobody can tell is unknown.
 * That there is none supports only where the network plug-in enforces policies. `shared` asks in
 * addition that each workload is isolated in both directions, `silo` that its subnet is its own.
 */
export function judgeNetwork(
  { tenancy, reach, edges, unlisted }: NetworkEvidence,
  tenant: string,
  environment: string,
  declared: Declaration["network"],
): Fact[] {
  const facts: Fact[] = [];
  const add = (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string> = {},
    more: { objects?: string[]; peer?: string } = {},
  ) => {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    facts.push({ layer: "network", code, verdict, source, params, objects: [], ...more });
  };
  const namespaces = new Set(tenancy.namespacesOf(tenant, environment));
  const classes = reach.classes.filter(({ namespace }) => namespaces.has(namespace));
  if (classes.length === 0) {
    add("nothing-there", "unknown", { environment });
    return facts;
  }
  const out = edges.filter(({ from }) => namespaces.has(from.namespace));
  const into = edges.filter(({ to }) => namespaces.has(to.namespace));
  for (const [crossing, direction] of [
    [out, "out"],
    [into, "in"],
  ] as const) {
    for (const group of alike(crossing, direction).slice(0, MOST_GROUPS)) {
      addEdges(group, direction, add);
    }
  }
  const more = unlisted.get(tenant) ?? 0;
  if (more > 0) add("edges-unlisted", "violates", { count: String(more) });
  const plugin = networkPlugin(tenancy.evidence.manifests);
  if (plugin?.isEnforcing) {
    add("cni-enforces", "notes", { plugin: plugin.name }, { objects: [plugin.object] });
    if (out.length + into.length === 0) {
      const policies = classes.flatMap((each) => [
        ...reach.isolatingPolicies(each, "ingress"),
        ...reach.isolatingPolicies(each, "egress"),
      ]);
      const objects = [...new Set(policies)].sort().map(policyObject);
      add(
        "no-crossing-edges",
        "supports",
        { workloads: String(workloadsIn(classes).length) },
        { objects },
      );
    }
  } else {
    const objects = plugin ? [plugin.object] : [];
    add("cni-unknown", "unknown", { plugin: plugin?.name ?? "" }, { objects });
  }
  const host = classes.filter(({ isHostNetwork }) => isHostNetwork);
  for (const workload of workloadsIn(host)) add("host-network", "unknown", { workload });
  if (declared.model === "shared") {
    for (const direction of ["ingress", "egress"] as const) {
      const free = classes.filter(
        (each) => !each.isHostNetwork && reach.isolatingPolicies(each, direction).length === 0,
      );
      for (const workload of workloadsIn(free).slice(0, MOST_FREE)) {
        add("not-isolated", "violates", { workload, direction });
      }
    }
  }
  if (declared.model === "silo") judgeSubnet(tenancy, { tenant, namespaces, declared }, add);
  return facts;
}

type Add = (
  code: FactCode,
  verdict: Verdict,
  params?: Record<string, string>,
  more?: { objects?: string[]; peer?: string },
) => void;

/** Edges with the same neighbour, ports and reason are one fact. */
function alike(edges: readonly CrossingEdge[], direction: "out" | "in"): CrossingEdge[][] {
  const groups = new Map<string, CrossingEdge[]>();
  for (const edge of edges) {
    const [own, other] = direction === "out" ? [edge.from, edge.to] : [edge.to, edge.from];
    const whom = other.owner.kind === "tenant" ? other.owner.tenant : other.workload;
    const key = JSON.stringify([
      other.owner.kind,
      whom,
      edge.ports,
      edge.isUncertain,
      own.allowedBy,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups.values()];
}

function addEdges(edges: readonly CrossingEdge[], direction: "out" | "in", add: Add): void {
  const [first] = edges;
  if (!first) return;
  const [own, other] = direction === "out" ? [first.from, first.to] : [first.to, first.from];
  const workloads = new Set(
    edges.map((edge) => (direction === "out" ? edge.from : edge.to).workload),
  );
  const params: Record<string, string> = {
    workload: own.workload,
    more: String(workloads.size - 1),
    ports: first.ports,
    why: whyText(own),
  };
  const objects = objectsOf(own);
  const peer = other.owner.kind === "tenant" ? { peer: other.owner.tenant } : {};
  if (first.isUncertain) {
    add("reach-uncertain", "unknown", { ...params, direction }, { objects, ...peer });
    return;
  }
  if (other.owner.kind === "tenant") {
    const code = direction === "out" ? "reaches-tenant" : "reached-by-tenant";
    add(code, "violates", params, { objects, peer: other.owner.tenant });
    return;
  }
  const code = direction === "out" ? "reaches-unowned" : "reached-by-unowned";
  add(code, "violates", { ...params, other: other.workload }, { objects });
}

/** `policies a/b, a/c`, or that no policy of this direction selects it. */
function whyText({ allowedBy }: Side): string {
  return allowedBy.kind === "policies" ? allowedBy.names.join(", ") : "";
}

function objectsOf({ allowedBy }: Side): string[] {
  if (allowedBy.kind !== "policies") return [];
  return allowedBy.names.map(policyObject);
}

/** Of one workload there may be several classes, in whichever order they came. */
function workloadsIn(classes: ReachView["classes"]): string[] {
  return [...new Set(classes.flatMap(({ workloads }) => workloads))].sort();
}

function judgeSubnet(
  tenancy: ClusterTenancy,
  {
    tenant,
    namespaces,
    declared,
  }: { tenant: string; namespaces: ReadonlySet<string>; declared: Declaration["network"] },
  add: Add,
): void {
  const own = new Map<string, Set<string>>();
  const others = new Map<string, Set<string>>();
  let isUnknown = false;
  for (const { namespace, node, isDaemon } of tenancy.pods) {
    const isOwn = namespaces.has(namespace);
    const owner = tenancy.ownerOf(namespace);
    if (!isOwn && (owner.kind !== "tenant" || owner.tenant === tenant || isDaemon)) continue;
    const subnet = node === null ? null : (tenancy.nodes.get(node)?.subnet ?? null);
    if (isOwn && subnet === null) isUnknown = true;
    if (subnet === null) continue;
    const into = isOwn ? own : others;
    const who = owner.kind === "tenant" ? owner.tenant : "";
    into.set(subnet, (into.get(subnet) ?? new Set()).add(who));
  }
  if (isUnknown || own.size === 0) {
    add("subnet-unknown", "unknown", { declared: declared.network ?? "" });
    return;
  }
  let isDedicated = true;
  for (const subnet of own.keys()) {
    if (declared.network !== null && subnet !== declared.network) {
      isDedicated = false;
      add("subnet-shared", "violates", { subnet, declared: declared.network });
    }
    for (const peer of others.get(subnet) ?? []) {
      isDedicated = false;
      add("subnet-shared", "violates", { subnet, declared: declared.network ?? "" }, { peer });
    }
  }
  if (isDedicated)
    add("subnet-dedicated", "supports", { subnets: [...own.keys()].sort().join(", ") });
}
