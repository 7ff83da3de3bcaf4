import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

export interface DriftCluster {
  desired: Manifest[];
  live: Manifest[];
  /** Objects that were made to differ, to be missing, or that nobody asked for. */
  drifted: number;
}

const PER_NAMESPACE = 10;
/** One object in so many drifted: changed, changed, missing, undeclared in turn; never a namespace. */
const EVERY = 47;

/**
 * A cluster of so many objects: ten a namespace (deployments, services, config maps, policies, a quota, a
 * role), the live ones with the API's defaults, status and managed fields as a cluster returns them.
 */
export function driftCluster(objects: number): DriftCluster {
  const cluster: DriftCluster = { desired: [], live: [], drifted: 0 };
  for (let number = 0; number < objects; number += 1) {
    const place = Math.floor(number / PER_NAMESPACE);
    const want = desiredObject(
      number % PER_NAMESPACE,
      `team-${place}-prod`,
      `tenant-${place % 500}`,
    );
    const have = liveForm(want);
    const isDrifted = number % EVERY === 0 && number % PER_NAMESPACE !== 0;
    const turn = isDrifted ? (number / EVERY) % 4 : -1;
    if (turn >= 0) cluster.drifted += 1;
    if (turn !== 3) cluster.desired.push(want);
    if (turn === 2) continue;
    if (turn === 0 || turn === 1) drift(have, number);
    cluster.live.push(have);
  }
  return cluster;
}

function desiredObject(kind: number, namespace: string, tenant: string): Manifest {
  const meta = (name: string) => ({
    name,
    namespace,
    labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": tenant },
  });
  const labels = { app: `app-${kind}` };
  switch (kind) {
    case 0:
      return {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: namespace,
          labels: {
            "catalyst.openova.io/tenant": tenant,
            "catalyst.openova.io/environment": "prod",
          },
        },
      };
    case 1:
    case 2:
    case 3:
      return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: meta(`app-${kind}`),
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: ["main", "proxy"].map((name) => ({
                name,
                image: `registry.example.om/${name}@sha256:${"a".repeat(64)}`,
                ports: [{ containerPort: 8080 }],
                env: Array.from({ length: 8 }, (_, at) => ({ name: `VAR_${at}`, value: `${at}` })),
                resources: { limits: { cpu: "500m", memory: "256Mi" } },
                securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
              })),
            },
          },
        },
      };
    case 4:
    case 5:
      return {
        apiVersion: "v1",
        kind: "Service",
        metadata: meta(`app-${kind}`),
        spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
      };
    case 6:
      return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: meta("settings"),
        data: Object.fromEntries(
          Array.from({ length: 20 }, (_, at) => [`key-${at}`, `value-${at}`]),
        ),
      };
    case 7:
      return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: meta("own-only"),
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [{ podSelector: {} }] }],
          egress: [{ to: [{ podSelector: {} }] }],
        },
      };
    case 8:
      return {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: meta("quota"),
        spec: { hard: { "requests.cpu": "8", "requests.memory": "16Gi", pods: "40" } },
      };
    default:
      return {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: meta("reader"),
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
      };
  }
}

/** As a cluster gives it back. */
function liveForm(want: Manifest): Manifest {
  const have = structuredClone(want);
  Object.assign(have.metadata, {
    uid: "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b",
    resourceVersion: "812345",
    generation: 3,
    creationTimestamp: "2026-11-01T08:00:00Z",
    managedFields: [{ manager: "flux", operation: "Apply", apiVersion: want.apiVersion }],
  });
  if (have.kind === "Deployment") {
    const spec = have.spec as { template: { spec: Record<string, unknown> } } & Record<
      string,
      unknown
    >;
    Object.assign(spec, {
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
      },
    });
    Object.assign(spec.template.spec, {
      dnsPolicy: "ClusterFirst",
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      terminationGracePeriodSeconds: 30,
    });
    have.status = { replicas: 2, readyReplicas: 2, observedGeneration: 3 };
  }
  if (have.kind === "Service") {
    Object.assign(have.spec as object, {
      clusterIP: "10.96.1.2",
      clusterIPs: ["10.96.1.2"],
      type: "ClusterIP",
      sessionAffinity: "None",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    });
  }
  return have;
}

/** One field that is not as asked for. */
function drift(have: Manifest, number: number): void {
  have.metadata.labels = {
    ...have.metadata.labels,
    "app.kubernetes.io/name": `changed-by-hand-${number}`,
  };
}
