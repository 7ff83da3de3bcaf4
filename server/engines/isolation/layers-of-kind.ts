import type { CellLayer } from "./fact.ts";

const BY_KIND: Readonly<Record<string, readonly CellLayer[]>> = {
  Namespace: ["compute", "network", "data", "secrets", "quota", "residency"],
  Pod: ["compute", "network", "residency"],
  Node: ["compute", "network", "residency"],
  ResourceQuota: ["quota"],
  "networking.k8s.io/NetworkPolicy": ["network"],
  "policy.networking.k8s.io/AdminNetworkPolicy": ["network"],
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy": ["network"],
  "policy.networking.k8s.io/ClusterNetworkPolicy": ["network"],
  "apps/DaemonSet": ["network"],
  "apps/Deployment": ["compute"],
  "apps/StatefulSet": ["compute"],
};
const BY_GROUP: Readonly<Record<string, readonly CellLayer[]>> = {
  "postgresql.cnpg.io": ["data", "residency"],
  "barmancloud.cnpg.io": ["residency"],
  "velero.io": ["residency"],
  "jetstream.nats.io": ["data"],
  "kafka.strimzi.io": ["data"],
  "capsule.clastix.io": ["compute"],
  "tenancy.x-k8s.io": ["compute"],
  "k8s.keycloak.org": ["secrets"],
};

/** The layers whose facts are made from objects of a kind, as `Kind` or `group/Kind`. */
export function layersOfKind(kind: string): readonly CellLayer[] {
  return BY_KIND[kind] ?? BY_GROUP[kind.split("/")[0] ?? ""] ?? [];
}
