/** One kind that the server serves. */
export interface ResourceType {
  group: string;
  version: string;
  /** As in paths, plural. */
  resource: string;
  singular: string;
  kind: string;
  isNamespaced: boolean;
  shortNames: readonly string[];
  hasStatus: boolean;
  /** Of a custom resource: defined by a CustomResourceDefinition or met in a folder. */
  isCustom: boolean;
}

type Row = readonly [kind: string, resource: string, options?: string];

/** `c` cluster-scoped, `s` with a status subresource; then short names. */
const CORE: readonly Row[] = [
  ["Namespace", "namespaces", "cs ns"],
  ["Node", "nodes", "cs no"],
  ["PersistentVolume", "persistentvolumes", "cs pv"],
  ["ComponentStatus", "componentstatuses", "c cs"],
  ["Pod", "pods", "s po"],
  ["Service", "services", "s svc"],
  ["Endpoints", "endpoints", " ep"],
  ["ConfigMap", "configmaps", " cm"],
  ["Secret", "secrets"],
  ["ServiceAccount", "serviceaccounts", " sa"],
  ["PersistentVolumeClaim", "persistentvolumeclaims", "s pvc"],
  ["ResourceQuota", "resourcequotas", "s quota"],
  ["LimitRange", "limitranges", " limits"],
  ["ReplicationController", "replicationcontrollers", "s rc"],
  ["PodTemplate", "podtemplates"],
  ["Event", "events", " ev"],
];

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  "apps/v1": [
    ["Deployment", "deployments", "s deploy"],
    ["StatefulSet", "statefulsets", "s sts"],
    ["DaemonSet", "daemonsets", "s ds"],
    ["ReplicaSet", "replicasets", "s rs"],
    ["ControllerRevision", "controllerrevisions"],
  ],
  "batch/v1": [
    ["Job", "jobs", "s"],
    ["CronJob", "cronjobs", "s cj"],
  ],
  "autoscaling/v2": [["HorizontalPodAutoscaler", "horizontalpodautoscalers", "s hpa"]],
  "policy/v1": [["PodDisruptionBudget", "poddisruptionbudgets", "s pdb"]],
  "networking.k8s.io/v1": [
    ["NetworkPolicy", "networkpolicies", " netpol"],
    ["Ingress", "ingresses", "s ing"],
    ["IngressClass", "ingressclasses", "c"],
  ],
  "rbac.authorization.k8s.io/v1": [
    ["Role", "roles"],
    ["RoleBinding", "rolebindings"],
    ["ClusterRole", "clusterroles", "c"],
    ["ClusterRoleBinding", "clusterrolebindings", "c"],
  ],
  "apiextensions.k8s.io/v1": [
    ["CustomResourceDefinition", "customresourcedefinitions", "cs crd crds"],
  ],
  "admissionregistration.k8s.io/v1": [
    ["ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "c"],
    ["MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "c"],
  ],
  "scheduling.k8s.io/v1": [["PriorityClass", "priorityclasses", "c pc"]],
  "storage.k8s.io/v1": [["StorageClass", "storageclasses", "c sc"]],
  "discovery.k8s.io/v1": [["EndpointSlice", "endpointslices"]],
  "coordination.k8s.io/v1": [["Lease", "leases"]],
};

export const BUILT_IN: readonly ResourceType[] = [
  ...CORE.map((row) => typeOf("", "v1", row)),
  ...Object.entries(GROUPS).flatMap(([groupVersion, rows]) => {
    const [group = "", version = ""] = groupVersion.split("/");
    return rows.map((row) => typeOf(group, version, row));
  }),
];

function typeOf(group: string, version: string, [kind, resource, options = ""]: Row): ResourceType {
  const [flags = "", ...shortNames] = options.split(" ");
  return {
    group,
    version,
    resource,
    singular: kind.toLowerCase(),
    kind,
    isNamespaced: !flags.includes("c"),
    shortNames,
    hasStatus: flags.includes("s"),
    isCustom: false,
  };
}

export function groupVersionOf({
  group,
  version,
}: Pick<ResourceType, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** `resource`, or `resource.group`: what tells kinds apart. */
export function typeKey({ group, resource }: Pick<ResourceType, "group" | "resource">): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** A kind that somebody wrote objects of and nobody defined, named as its definition most likely would. */
export function guessedType(apiVersion: string, kind: string, isNamespaced: boolean): ResourceType {
  const [group = "", version = "v1"] = apiVersion.includes("/")
    ? apiVersion.split("/")
    : ["", apiVersion];
  const singular = kind.toLowerCase();
  const resource = /[^aeiou]y$/.test(singular)
    ? `${singular.slice(0, -1)}ies`
    : /(s|x|ch|sh)$/.test(singular)
      ? `${singular}es`
      : `${singular}s`;
  const more = { shortNames: [], hasStatus: true, isCustom: true };
  return { group, version, resource, singular, kind, isNamespaced, ...more };
}
