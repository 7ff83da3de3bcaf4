import type { JsonObject } from "#server/engines/differ/json.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type DriftFinding, type DriftObject, type DriftRule, objectKey } from "./finding.ts";

/** Kinds that controllers and nodes make by themselves: nobody declares them. */
const MADE_BY_THEMSELVES = new Set([
  "ControllerRevision",
  "Endpoints",
  "EndpointSlice",
  "Event",
  "Lease",
  "Node",
  "Pod",
  "PodMetrics",
  "ReplicaSet",
  "CiliumEndpoint",
  "CiliumIdentity",
]);
const KUBERNETES_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Kinds without a namespace, of those that the console knows. */
const CLUSTER_SCOPED =
  /^(Namespace|Node|Cluster[A-Z].*|PersistentVolume|StorageClass|IngressClass|CustomResourceDefinition|.*WebhookConfiguration|ValidatingAdmissionPolicy(Binding)?|PriorityClass|APIService|AdminNetworkPolicy|BaselineAdminNetworkPolicy)$/;

/** Policies of the network, of a namespace or of the whole cluster. */
export const ROUTES: ReadonlySet<string> = new Set([
  "NetworkPolicy",
  "ClusterNetworkPolicy",
  "AdminNetworkPolicy",
  "BaselineAdminNetworkPolicy",
]);
export const RIGHTS = /^(Cluster)?Role(Binding)?$/;

export function objectOf({ apiVersion, kind, metadata }: Manifest): DriftObject {
  // CloudNativePG's `Cluster` is in a namespace, and says so.
  const isScoped = CLUSTER_SCOPED.test(kind) && metadata.namespace === undefined;
  const namespace = isScoped ? null : (metadata.namespace ?? "default");
  return { apiVersion, kind, namespace, name: metadata.name };
}

export function keyOf(manifest: Manifest): string {
  return objectKey(objectOf(manifest));
}

export function asJson(manifest: Manifest): JsonObject {
  return manifest as unknown as JsonObject;
}

/** Nobody declares what has an owner, what Kubernetes keeps for itself, or what controllers make. */
export function isDeclarable(manifest: Manifest): boolean {
  const { kind, metadata } = manifest;
  return (
    !MADE_BY_THEMSELVES.has(kind) &&
    !KUBERNETES_NAMESPACES.has(metadata.namespace ?? "") &&
    !(kind === "Namespace" && KUBERNETES_NAMESPACES.has(metadata.name)) &&
    list(metadata.ownerReferences).length === 0 &&
    !(kind === "ConfigMap" && metadata.name === "kube-root-ca.crt") &&
    !(kind === "ServiceAccount" && metadata.name === "default")
  );
}

/** A finding about an object, in the tenant whose namespace it is in. */
export function findingOf(
  rule: DriftRule,
  manifest: Manifest,
  tenancy: ClusterTenancy,
  more: Pick<DriftFinding, "severity"> & Partial<DriftFinding>,
): DriftFinding {
  return {
    rule,
    object: objectOf(manifest),
    ...placeOf(manifest, tenancy),
    causes: managersOf(manifest),
    differences: [],
    detail: "",
    ...more,
  };
}

/** Whose an object is: null for what belongs to the Sovereign. */
export function placeOf(
  manifest: Manifest,
  tenancy: ClusterTenancy,
): { tenant: string | null; environment: string | null } {
  const { kind, namespace } = objectOf(manifest);
  const place = kind === "Namespace" ? manifest.metadata.name : namespace;
  const owner = place === null ? undefined : tenancy.owners.get(place);
  return { tenant: owner?.tenant ?? null, environment: owner?.environment ?? null };
}

/** Who wrote an object, as its managed fields tell. */
export function managersOf({ metadata }: Manifest): string[] {
  const managers = list(metadata.managedFields).map((each) => String(record(each).manager ?? ""));
  return [...new Set(managers.filter(Boolean))].sort();
}
