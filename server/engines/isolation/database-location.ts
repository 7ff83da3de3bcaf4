import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ClusterTenancy, REGION_LABEL } from "./cluster-tenancy.ts";
import { isOfGroup } from "./owner-of-object.ts";

/** Where something is, and the objects that say so. */
export interface Located {
  region: string | null;
  objects: string[];
}

/** The database cluster that a declaration names as `namespace/cluster`, if this cluster has it. */
export function databaseCluster(tenancy: ClusterTenancy, boundary: string | null): Manifest | null {
  const [namespace, name] = boundary?.split("/") ?? [];
  const found = tenancy.evidence.manifests.find(
    (each) =>
      each.kind === "Cluster" &&
      isOfGroup(each, "postgresql.cnpg.io") &&
      namespaceOf(each) === namespace &&
      each.metadata.name === name,
  );
  return found ?? null;
}

/** Its label, its pods' nodes, what its affinity asks for, or the one region that its cluster is in. */
export function locationOf(tenancy: ClusterTenancy, database: Manifest): Located {
  const namespace = namespaceOf(database);
  const { name, labels } = database.metadata;
  const objects = [`Cluster ${namespace}/${name}`];
  const labelled = labels?.[REGION_LABEL];
  if (labelled) return { region: labelled, objects };
  const pods = new Set(
    tenancy.evidence.manifests
      .filter(
        (each) =>
          each.kind === "Pod" &&
          namespaceOf(each) === namespace &&
          each.metadata.labels?.["cnpg.io/cluster"] === name,
      )
      .map((each) => each.metadata.name),
  );
  const nodes = tenancy.pods.flatMap((pod) =>
    pod.namespace === namespace && pods.has(pod.name) && pod.node !== null ? [pod.node] : [],
  );
  const places = new Set(nodes.map((node) => tenancy.nodes.get(node)?.region ?? null));
  if (places.size === 1) return { region: [...places][0] ?? null, objects };
  const wanted = record(record(record(database.spec).affinity).nodeSelector)[REGION_LABEL];
  if (places.size === 0 && typeof wanted === "string") return { region: wanted, objects };
  const everywhere = new Set([...tenancy.nodes.values()].map(({ region }) => region));
  const [only = null] = everywhere;
  const region = places.size > 1 ? null : everywhere.size === 1 ? only : null;
  return {
    region: region ?? (places.size > 1 ? null : (tenancy.evidence.region ?? null)),
    objects,
  };
}
