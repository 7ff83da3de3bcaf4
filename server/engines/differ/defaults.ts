import type { Json } from "./json.ts";

/** Path patterns (`*` one step, `**` any) with the value that the API server fills in. */
type Defaults = readonly (readonly [pattern: string, value: Json])[];

const POD: Defaults = [
  ["restartPolicy", "Always"],
  ["dnsPolicy", "ClusterFirst"],
  ["schedulerName", "default-scheduler"],
  ["terminationGracePeriodSeconds", 30],
  ["enableServiceLinks", true],
  ["preemptionPolicy", "PreemptLowerPriority"],
  ["priority", 0],
  ["hostNetwork", false],
  ["hostPID", false],
  ["hostIPC", false],
  ["shareProcessNamespace", false],
  ["serviceAccountName", "default"],
  ["serviceAccount", "default"],
  ["volumes/*/configMap/defaultMode", 420],
  ["volumes/*/secret/defaultMode", 420],
  ["volumes/*/projected/defaultMode", 420],
  ["volumes/*/downwardAPI/defaultMode", 420],
  ["volumes/*/hostPath/type", ""],
  ["volumes/*/projected/sources/*/serviceAccountToken/expirationSeconds", 3600],
];

const CONTAINER: Defaults = [
  ["terminationMessagePath", "/dev/termination-log"],
  ["terminationMessagePolicy", "File"],
  ["ports/*/protocol", "TCP"],
  ["stdin", false],
  ["stdinOnce", false],
  ["tty", false],
  ["volumeMounts/*/readOnly", false],
  ["env/*/valueFrom/fieldRef/apiVersion", "v1"],
  ["env/*/valueFrom/resourceFieldRef/divisor", "0"],
  ["securityContext/privileged", false],
  ["securityContext/procMount", "Default"],
  ["securityContext/readOnlyRootFilesystem", false],
];

const PROBE: Defaults = [
  ["timeoutSeconds", 1],
  ["periodSeconds", 10],
  ["successThreshold", 1],
  ["failureThreshold", 3],
  ["initialDelaySeconds", 0],
  ["httpGet/scheme", "HTTP"],
  ["httpGet/path", "/"],
  ["grpc/service", ""],
];

const prefixed = (prefix: string, list: Defaults): Defaults =>
  list.map(([pattern, value]) => [`${prefix}/${pattern}`, value]);

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"].flatMap((group) => [
  ...prefixed(`${group}/*`, CONTAINER),
  ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((probe) =>
    prefixed(`${group}/*/${probe}`, PROBE),
  ),
  ...["postStart", "preStop"].map(
    (hook) => [`${group}/*/lifecycle/${hook}/httpGet/scheme`, "HTTP"] as const,
  ),
]);

const PODS: Defaults = [...POD, ...CONTAINERS];
const TEMPLATE = prefixed("spec/template/spec", PODS);
const SCALED: Defaults = [
  ["spec/replicas", 1],
  ["spec/revisionHistoryLimit", 10],
];

const BY_KIND: Record<string, Defaults> = {
  Pod: prefixed("spec", PODS),
  Deployment: [
    ...TEMPLATE,
    ...SCALED,
    ["spec/progressDeadlineSeconds", 600],
    ["spec/minReadySeconds", 0],
    ["spec/paused", false],
    ["spec/strategy/type", "RollingUpdate"],
    ["spec/strategy/rollingUpdate/maxSurge", "25%"],
    ["spec/strategy/rollingUpdate/maxUnavailable", "25%"],
  ],
  ReplicaSet: [...TEMPLATE, ["spec/replicas", 1], ["spec/minReadySeconds", 0]],
  StatefulSet: [
    ...TEMPLATE,
    ...SCALED,
    ["spec/podManagementPolicy", "OrderedReady"],
    ["spec/minReadySeconds", 0],
    ["spec/updateStrategy/type", "RollingUpdate"],
    ["spec/updateStrategy/rollingUpdate/partition", 0],
    ["spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "Retain"],
    ["spec/persistentVolumeClaimRetentionPolicy/whenScaled", "Retain"],
    ["spec/volumeClaimTemplates/*/apiVersion", "v1"],
    ["spec/volumeClaimTemplates/*/kind", "PersistentVolumeClaim"],
    ["spec/volumeClaimTemplates/*/spec/volumeMode", "Filesystem"],
    ["spec/volumeClaimTemplates/*/status/phase", "Pending"],
  ],
  DaemonSet: [
    ...TEMPLATE,
    ["spec/revisionHistoryLimit", 10],
    ["spec/minReadySeconds", 0],
    ["spec/updateStrategy/type", "RollingUpdate"],
    ["spec/updateStrategy/rollingUpdate/maxSurge", 0],
    ["spec/updateStrategy/rollingUpdate/maxUnavailable", 1],
  ],
  Job: [
    ...TEMPLATE,
    ["spec/backoffLimit", 6],
    ["spec/completionMode", "NonIndexed"],
    ["spec/completions", 1],
    ["spec/parallelism", 1],
    ["spec/suspend", false],
    ["spec/manualSelector", false],
  ],
  CronJob: [
    ...prefixed("spec/jobTemplate", TEMPLATE),
    ["spec/concurrencyPolicy", "Allow"],
    ["spec/failedJobsHistoryLimit", 1],
    ["spec/successfulJobsHistoryLimit", 3],
    ["spec/suspend", false],
  ],
  Service: [
    ["spec/type", "ClusterIP"],
    ["spec/sessionAffinity", "None"],
    ["spec/internalTrafficPolicy", "Cluster"],
    ["spec/externalTrafficPolicy", "Cluster"],
    ["spec/allocateLoadBalancerNodePorts", true],
    ["spec/publishNotReadyAddresses", false],
    ["spec/ports/*/protocol", "TCP"],
  ],
  NetworkPolicy: [
    ["spec/ingress/*/ports/*/protocol", "TCP"],
    ["spec/egress/*/ports/*/protocol", "TCP"],
  ],
  Ingress: [["spec/rules/*/http/paths/*/pathType", "ImplementationSpecific"]],
  PersistentVolumeClaim: [["spec/volumeMode", "Filesystem"]],
  HorizontalPodAutoscaler: [["spec/minReplicas", 1]],
  RoleBinding: [
    ["subjects/*/apiGroup", ""],
    ["subjects/*/apiGroup", "rbac.authorization.k8s.io"],
  ],
  ClusterRoleBinding: [
    ["subjects/*/apiGroup", ""],
    ["subjects/*/apiGroup", "rbac.authorization.k8s.io"],
  ],
  Secret: [
    ["type", "Opaque"],
    ["immutable", false],
  ],
  Namespace: [["spec/finalizers/*", "kubernetes"]],
  ServiceAccount: [],
};

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length && pattern.every((step, at) => step === "*" || step === path[at])
  );
}

/** Whether the API server would fill in this value at this path, were it left out. */
export function isDefault(kind: string, path: readonly string[], value: Json): boolean {
  return (BY_KIND[kind] ?? []).some(
    ([pattern, expected]) => expected === value && matches(pattern.split("/"), path),
  );
}
