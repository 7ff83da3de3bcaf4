import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { LabelSelector } from "#server/engines/reachability/label-selector.ts";
import { matchesSelector } from "#server/engines/reachability/label-selector.ts";
import { type ClusterTenancy, PLATFORM_LABEL } from "./cluster-tenancy.ts";
import type { Side } from "./crossing-edges.ts";
import type { ReachView } from "./frozen-reach.ts";
import { isNetworkPolicy, policyName } from "./policy-change.ts";

type Fields = Record<string, unknown>;
type Direction = "egress" | "ingress";

const TENANT_LABEL = "catalyst.openova.io/tenant";
const NAME_LABEL = "kubernetes.io/metadata.name";
/** Written by controllers: other pods of the same workload have others. */
const PASSING_LABELS = new Set([
  "pod-template-hash",
  "controller-revision-hash",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "pod-template-generation",
]);
/** RFC 1918 and RFC 6598: what pods, nodes and services have; some plug-ins match pods by `ipBlock`. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * The policies that would close one side of an edge that crosses the tenant's border, complete, to be
 * put in place of those of the same name. Where no policy limits that side: one that denies by default
 * and lets through the tenant's own namespaces, the platform's and outside addresses. Where policies
 * let it through: those policies, with their peers narrowed to the same. It names nobody else.
 */
export function missingRule(
  { reach, tenancy }: { reach: ReachView; tenancy: ClusterTenancy },
  side: Side,
  direction: Direction,
  tenant: string,
): Manifest[] {
  const { allowedBy, namespace } = side;
  if (allowedBy.kind === "external") return [];
  if (allowedBy.kind === "not-isolated") {
    return [denyByDefault({ reach, tenancy }, side, direction, tenant)];
  }
  return tenancy.evidence.manifests
    .filter((each) => isNetworkPolicy(each) && allowedBy.names.includes(policyName(each)))
    .map((each) => narrowed(each, direction, { tenancy, tenant, namespace }));
}

function denyByDefault(
  { reach, tenancy }: { reach: ReachView; tenancy: ClusterTenancy },
  { namespace, workload }: Side,
  direction: Direction,
  tenant: string,
): Manifest {
  const isBare = reach.classes
    .filter((each) => each.namespace === namespace)
    .every((each) => reach.isolatingPolicies(each, direction).length === 0);
  // Where others are limited already, selecting them too would open them to these peers.
  const matchLabels = isBare ? {} : labelsOfWorkload(tenancy, namespace, workload);
  const name = isBare
    ? `own-border-${direction}`
    : `own-border-${direction}-${(/\/([^[]+)\[/.exec(workload)?.[1] ?? "pods").toLowerCase()}`;
  const peers = ownPeers(tenancy, tenant);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: name.slice(0, 63).replace(/[^a-z0-9]+$/, ""), namespace },
    spec: {
      podSelector: Object.keys(matchLabels).length > 0 ? { matchLabels } : {},
      policyTypes: [direction === "egress" ? "Egress" : "Ingress"],
      [direction]: [{ [direction === "egress" ? "to" : "from"]: peers }],
    },
  };
}

/** The labels that all pods of a workload share, as far as they are the workload's own. */
function labelsOfWorkload(tenancy: ClusterTenancy, namespace: string, workload: string) {
  const [, name = "", kind = ""] = /\/([^[]+)\[(.+)\]$/.exec(workload) ?? [];
  const all = tenancy.evidence.manifests.flatMap((each): Fields[] => {
    if (namespaceOf(each) !== namespace) return [];
    if (each.kind === kind && each.metadata.name === name) {
      const template = record(record(each.spec).template);
      return [
        kind === "Pod" ? record(each.metadata.labels) : record(record(template.metadata).labels),
      ];
    }
    if (each.kind !== "Pod") return [];
    const isIts = list(each.metadata.ownerReferences)
      .map(record)
      .some((owner) => String(owner.name).startsWith(name));
    return isIts ? [record(each.metadata.labels)] : [];
  });
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(
      ([key, value]) => !PASSING_LABELS.has(key) && rest.every((other) => other[key] === value),
    ),
  );
}

/** The tenant's own namespaces, the platform's, and outside addresses. */
function ownPeers(tenancy: ClusterTenancy, tenant: string): Fields[] {
  return [
    { namespaceSelector: { matchLabels: { [TENANT_LABEL]: tenant } } },
    { namespaceSelector: { matchLabels: { [PLATFORM_LABEL]: "true" } } },
    ...unlabelledPlatform(tenancy, () => true),
    { ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE } },
  ];
}

/** Namespaces of Kubernetes itself have no label of ours: they are named. */
function unlabelledPlatform(
  tenancy: ClusterTenancy,
  isMeant: (namespace: string) => boolean,
): Fields[] {
  const names = [...namespaceLabels(tenancy)]
    .filter(([name, labels]) => {
      const isPlatform = tenancy.ownerOf(name).kind === "platform";
      return isPlatform && labels[PLATFORM_LABEL] !== "true" && isMeant(name);
    })
    .map(([name]) => name)
    .sort();
  if (names.length === 0) return [];
  const expression = { key: NAME_LABEL, operator: "In", values: names };
  return [{ namespaceSelector: { matchExpressions: [expression] } }];
}

function namespaceLabels(tenancy: ClusterTenancy): Map<string, Readonly<Record<string, string>>> {
  return new Map(
    tenancy.evidence.manifests
      .filter(({ kind, apiVersion }) => kind === "Namespace" && apiVersion === "v1")
      .map(({ metadata }) => [
        metadata.name,
        { ...metadata.labels, [NAME_LABEL]: metadata.name } as Record<string, string>,
      ]),
  );
}

function narrowed(
  policy: Manifest,
  direction: Direction,
  { tenancy, tenant }: { tenancy: ClusterTenancy; tenant: string; namespace: string },
): Manifest {
  const spec = record(policy.spec);
  const side = direction === "egress" ? "to" : "from";
  const types = list(spec.policyTypes);
  const rules = list(spec[direction])
    .map(record)
    .flatMap((rule): Fields[] => {
      const peers = list(rule[side]).map(record);
      if (peers.length === 0) return [{ ...rule, [side]: ownPeers(tenancy, tenant) }];
      const kept = peers.flatMap((peer) => narrowedPeer(peer, tenancy, tenant));
      // A rule without peers means everybody: it goes with its last one.
      return kept.length > 0 ? [{ ...rule, [side]: kept }] : [];
    });
  return {
    apiVersion: policy.apiVersion,
    kind: policy.kind,
    metadata: {
      name: policy.metadata.name,
      namespace: namespaceOf(policy),
      ...(policy.metadata.labels ? { labels: policy.metadata.labels } : {}),
    },
    spec: {
      ...spec,
      // With its last egress rule gone a policy without types would stop limiting egress.
      policyTypes:
        types.length > 0
          ? types
          : list(spec.egress).length > 0
            ? ["Ingress", "Egress"]
            : ["Ingress"],
      [direction]: rules,
    },
  };
}

function narrowedPeer(peer: Fields, tenancy: ClusterTenancy, tenant: string): Fields[] {
  if (peer.namespaceSelector === undefined || peer.namespaceSelector === null) return [peer];
  const selector = record(peer.namespaceSelector);
  const isMeant = (labels: Readonly<Record<string, string>>) =>
    matchesSelector(selector as LabelSelector, labels);
  const meant = [...namespaceLabels(tenancy)].filter(([, labels]) => isMeant(labels));
  const owners = meant.map(([name]) => tenancy.ownerOf(name));
  const isOwn = owners.some((owner) => owner.kind === "tenant" && owner.tenant === tenant);
  const isForeign = owners.some(
    (owner) => owner.kind === "unowned" || (owner.kind === "tenant" && owner.tenant !== tenant),
  );
  if (!isForeign) return [peer];
  const only = (labels: Fields): Fields => ({
    ...peer,
    namespaceSelector: { ...selector, matchLabels: { ...record(selector.matchLabels), ...labels } },
  });
  const isLabelled = meant.some(
    ([name, labels]) =>
      tenancy.ownerOf(name).kind === "platform" && labels[PLATFORM_LABEL] === "true",
  );
  const names = new Set(meant.map(([name]) => name));
  return [
    ...(isOwn ? [only({ [TENANT_LABEL]: tenant })] : []),
    ...(isLabelled ? [only({ [PLATFORM_LABEL]: "true" })] : []),
    ...unlabelledPlatform(tenancy, (name) => names.has(name)).map((each) => ({ ...peer, ...each })),
  ];
}
