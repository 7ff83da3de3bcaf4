import { type Manifest, readManifests } from "#server/engines/kubernetes/read-manifests.ts";

/** Two tenants that are well apart, `acme` in a silo and `lulu` in a pool, as manifests. */
export const SAMPLE = `
apiVersion: v1
kind: Namespace
metadata: { name: acme-prod, labels: { catalyst.openova.io/tenant: acme, catalyst.openova.io/environment: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: lulu-prod, labels: { catalyst.openova.io/tenant: lulu, catalyst.openova.io/environment: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: ingress, labels: { catalyst.openova.io/platform: "true" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: stray }
---
apiVersion: v1
kind: Node
metadata: { name: node-1, labels: { catalyst.openova.io/node-pool: acme, catalyst.openova.io/subnet: net-a, topology.kubernetes.io/region: muscat } }
---
apiVersion: v1
kind: Node
metadata: { name: node-2, labels: { catalyst.openova.io/node-pool: common, catalyst.openova.io/subnet: net-b, topology.kubernetes.io/region: muscat } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: cilium, namespace: kube-system }
spec: { template: { metadata: { labels: { k8s-app: cilium } }, spec: { hostNetwork: true, containers: [{ name: agent, image: cilium }] } } }
---
apiVersion: v1
kind: Pod
metadata: { name: shop-1, namespace: acme-prod, labels: { app: shop } }
spec: { nodeName: node-1, containers: [{ name: app, image: shop, ports: [{ name: http, containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: store-1, namespace: lulu-prod, labels: { app: store } }
spec: { nodeName: node-2, containers: [{ name: app, image: store }] }
---
apiVersion: v1
kind: Pod
metadata: { name: door-1, namespace: ingress, labels: { app: door } }
spec: { nodeName: node-2, containers: [{ name: app, image: door }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own-only, namespace: acme-prod }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { catalyst.openova.io/platform: "true" } } }] }]
  egress: [{ to: [{ podSelector: {} }] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own-only, namespace: lulu-prod }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{ from: [{ podSelector: {} }] }]
  egress: [{ to: [{ podSelector: {} }] }]
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: quota, namespace: lulu-prod }
spec: { hard: { requests.cpu: "4", requests.memory: 8Gi } }
status: { used: { requests.cpu: "1", requests.memory: 2Gi } }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: orders, namespace: acme-prod }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: common, namespace: ingress }
---
apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: { name: lulu, namespace: ingress, labels: { catalyst.openova.io/tenant: lulu } }
spec: { name: lulu, owner: lulu_app, cluster: { name: common } }
---
apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: { name: acme-old, namespace: ingress, labels: { catalyst.openova.io/tenant: acme } }
spec: { name: acme, owner: acme_app, cluster: { name: common } }
`;

/** The sample as objects, after a change of its text. Throws when the change found nothing. */
export function sampleManifests(change?: readonly [from: string, to: string]): Manifest[] {
  if (change && !SAMPLE.includes(change[0])) throw new Error(`the sample has no "${change[0]}"`);
  const text = change ? SAMPLE.replace(change[0], change[1]) : SAMPLE;
  const { manifests, problems } = readManifests("sample.yaml", text);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return manifests;
}
