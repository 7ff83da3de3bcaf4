import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

export interface ClusterSize {
  pods: number;
  policies: number;
  namespaces: number;
}

/** Tenants of the generated cluster own so many namespaces each. */
const NAMESPACES_OF_TENANT = 10;
const APPS = ["web", "api", "db", "jobs"] as const;
/** One namespace in so many has no policy that isolates it inward, or lets another tenant in. */
const ONE_OPEN_IN = 500;
const ONE_CROSSING_IN = 100;

/**
 * A cluster as its API server would list it: tenants of ten namespaces, pods of four applications with
 * labels of their own, a platform namespace, and policies in the kinds that people write: isolate all,
 * own namespace, own tenant by label, DNS and the ingress by namespace, addresses outside, named ports and
 * ranges, expressions; now and then one that lets another tenant in, and a namespace left open.
 */
export function generatedCluster({ pods, policies, namespaces }: ClusterSize): Manifest[] {
  const manifests: Manifest[] = [
    namespace("ingress", { "catalyst.openova.io/platform": "true" }),
    pod("ingress", 0, "web"),
  ];
  for (let at = 0; at < namespaces; at++) {
    const tenant = Math.floor(at / NAMESPACES_OF_TENANT);
    manifests.push(
      namespace(nameOf(at), {
        "catalyst.openova.io/tenant": `tenant-${tenant}`,
        "catalyst.openova.io/environment": "prod",
      }),
    );
  }
  for (let at = 0; at < pods; at++) {
    const place = at % namespaces;
    const turn = Math.floor(at / namespaces);
    manifests.push(pod(nameOf(place), at, APPS[turn % APPS.length] as string));
  }
  for (let at = 0; at < policies; at++) {
    const place = at % namespaces;
    const turn = Math.floor(at / namespaces);
    manifests.push(policy(place, turn, namespaces));
  }
  return manifests;
}

function nameOf(at: number): string {
  return `ns-${String(at).padStart(5, "0")}`;
}

function namespace(name: string, labels: Record<string, string>): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function pod(namespace: string, at: number, app: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-${at}`,
      namespace,
      labels: { app, tier: at % 3 === 0 ? "front" : "back", "pod-template-hash": `h${at % 97}` },
      ownerReferences: [{ kind: "ReplicaSet", name: `${app}-${at % 97}`, controller: true }],
    },
    spec: {
      nodeName: `node-${at % 1_000}`,
      containers: [
        { name: app, image: `registry/${app}`, ports: [{ name: "http", containerPort: 8080 }] },
      ],
    },
  };
}

/** The policy number `turn` of a namespace: the first three are what each sound namespace has. */
export function policy(place: number, turn: number, namespaces: number): Manifest {
  const tenant = Math.floor(place / NAMESPACES_OF_TENANT);
  const tenantLabels = { matchLabels: { "catalyst.openova.io/tenant": `tenant-${tenant}` } };
  const isOpen = place % ONE_OPEN_IN === ONE_OPEN_IN - 1;
  const isCrossing = place % ONE_CROSSING_IN === ONE_CROSSING_IN - 1;
  const of = (name: string, spec: Record<string, unknown>): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${name}-${turn}`, namespace: nameOf(place) },
    spec,
  });
  switch (turn % 8) {
    case 0:
      return of("isolate", {
        podSelector: {},
        policyTypes: isOpen ? ["Egress"] : ["Ingress", "Egress"],
        ingress: isOpen ? [] : [{ from: [{ podSelector: {} }] }],
        egress: [
          { to: [{ podSelector: {} }] },
          {
            to: [
              { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } },
            ],
            ports: [{ protocol: "UDP", port: 53 }],
          },
        ],
      });
    case 1:
      return of("own-tenant", {
        podSelector: { matchLabels: { app: "web" } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ namespaceSelector: tenantLabels }], ports: [{ port: "http" }] }],
        egress: [{ to: [{ namespaceSelector: tenantLabels }], ports: [{ port: "http" }] }],
      });
    case 2: {
      const other = `tenant-${(tenant + 1) % Math.max(1, Math.ceil(namespaces / NAMESPACES_OF_TENANT))}`;
      const peer = {
        namespaceSelector: { matchLabels: { "catalyst.openova.io/tenant": other } },
        podSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["front"] }] },
      };
      return of("api", {
        podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["api", "web"] }] },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          {
            from: [isCrossing ? peer : { podSelector: {} }],
            ports: [{ port: 8000, endPort: 8090 }],
          },
        ],
        egress: [
          {
            to: [
              {
                ipBlock: { cidr: `10.${place % 250}.0.0/16`, except: [`10.${place % 250}.7.0/24`] },
              },
            ],
          },
          ...(isCrossing || place % ONE_CROSSING_IN === 0
            ? [{ to: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }]
            : []),
        ],
      });
    }
    default:
      return of(`more-${turn % 8}`, {
        podSelector: { matchLabels: { app: APPS[turn % APPS.length] } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { app: APPS[(turn + 1) % APPS.length] } } }],
            ports: [{ port: 5_000 + turn }],
          },
        ],
      });
  }
}
