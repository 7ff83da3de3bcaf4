import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";
import { isOfGroup, otherTenant, ownerOfObject } from "./owner-of-object.ts";

const CAPSULE = "capsule.clastix.io";
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):/;

type Add = (
  code: FactCode,
  verdict: Verdict,
  params: Record<string, string>,
  more?: { objects?: string[]; peer?: string },
) => void;

/**
 * Virtual clusters (vcluster's StatefulSets and Deployments, `VirtualCluster` objects) and Capsule's
 * tenants: one in the tenant's namespaces has to be its own, its own may not be in another's, and a
 * Capsule tenant may hold nobody else's namespaces nor be owned by another's workload.
 */
export function judgeVirtualClusters(
  tenancy: ClusterTenancy,
  tenant: string,
  own: ReadonlySet<string>,
): Fact[] {
  const facts: Fact[] = [];
  const add: Add = (code, verdict, params, more = {}) => {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    facts.push({ layer: "compute", code, verdict, source, params, objects: [], ...more });
  };
  for (const manifest of tenancy.evidence.manifests) {
    if (isVirtualCluster(manifest)) judgeVirtualCluster(tenancy, { tenant, own, manifest }, add);
    else if (manifest.kind === "Tenant" && isOfGroup(manifest, CAPSULE)) {
      judgeCapsule(tenancy, { tenant, own, manifest }, add);
    }
  }
  return facts;
}

function isVirtualCluster({ kind, apiVersion, metadata }: Manifest): boolean {
  if (kind === "VirtualCluster" || kind === "VirtualClusterInstance" || kind === "VCluster")
    return true;
  const isWorkload = apiVersion === "apps/v1" && (kind === "StatefulSet" || kind === "Deployment");
  return isWorkload && metadata.labels?.app === "vcluster";
}

interface Judged {
  tenant: string;
  own: ReadonlySet<string>;
  manifest: Manifest;
}

function judgeVirtualCluster(tenancy: ClusterTenancy, { tenant, own, manifest }: Judged, add: Add) {
  const namespace = namespaceOf(manifest);
  const { name } = manifest.metadata;
  const owner = ownerOfObject(tenancy, manifest);
  const other = otherTenant(owner, tenant);
  if (own.has(namespace)) {
    const objects = [`${manifest.kind} ${namespace}/${name}`];
    // Its name may be the neighbour's: only the namespace is told.
    if (other) add("virtual-cluster-foreign", "violates", { namespace }, { peer: other });
    else add("virtual-cluster-own", "supports", { name, namespace }, { objects });
    return;
  }
  const host = otherTenant(tenancy.ownerOf(namespace), tenant);
  if (owner.kind === "tenant" && owner.tenant === tenant && host) {
    add("virtual-cluster-misplaced", "violates", { name }, { peer: host });
  }
}

function judgeCapsule(tenancy: ClusterTenancy, { tenant, own, manifest }: Judged, add: Add) {
  const held = list(record(manifest.status).namespaces).map(String);
  const ours = held.filter((each) => own.has(each)).sort();
  if (ours.length === 0) return;
  const namespaces = ours.join(", ");
  const others = new Set(held.flatMap((each) => otherTenant(tenancy.ownerOf(each), tenant) ?? []));
  for (const peer of [...others].sort()) {
    add("capsule-shared", "violates", { namespaces }, { peer });
  }
  for (const owner of list(record(manifest.spec).owners).map(record)) {
    const name = String(owner.name ?? "");
    const home = owner.kind === "ServiceAccount" ? SERVICE_ACCOUNT.exec(name)?.[1] : undefined;
    const peer = home === undefined ? null : otherTenant(tenancy.ownerOf(home), tenant);
    if (peer) add("capsule-owner-foreign", "violates", { namespaces }, { peer });
    else if (home === undefined && others.size === 0) {
      add("capsule-owner", "notes", { namespaces, owner: `${String(owner.kind ?? "")} ${name}` });
    }
  }
  if (others.size === 0) {
    const { name } = manifest.metadata;
    add("capsule-own", "supports", { name, namespaces }, { objects: [`Tenant ${name}`] });
  }
}
