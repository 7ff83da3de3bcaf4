import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

const TEMPLATES = new Set([
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
]);

/**
 * What runs, for reachability: where a source has pods, their templates say nothing more, and a pod of
 * a Deployment's ReplicaSet is the Deployment's. A source without pods keeps its templates.
 */
export function runningWorkloads(manifests: readonly Manifest[]): Manifest[] {
  if (!manifests.some(({ kind }) => kind === "Pod")) return [...manifests];
  const deployments = new Set<string>();
  const ownerOfReplicaSet = new Map<string, string>();
  for (const manifest of manifests) {
    const key = `${namespaceOf(manifest)}/${manifest.metadata.name}`;
    if (manifest.kind === "Deployment") deployments.add(key);
    if (manifest.kind === "ReplicaSet") {
      const owner = controllerOf(manifest);
      if (owner.kind === "Deployment") ownerOfReplicaSet.set(key, String(owner.name));
    }
  }
  return manifests
    .filter(({ kind }) => !TEMPLATES.has(kind))
    .map((manifest) => {
      if (manifest.kind !== "Pod") return manifest;
      const owner = controllerOf(manifest);
      if (owner.kind !== "ReplicaSet") return manifest;
      const namespace = namespaceOf(manifest);
      const name = String(owner.name);
      // The ReplicaSet may not be in the source; its name is the Deployment's with a hash.
      const guess = name.replace(/-[a-z0-9]+$/, "");
      const deployment =
        ownerOfReplicaSet.get(`${namespace}/${name}`) ??
        (deployments.has(`${namespace}/${guess}`) ? guess : null);
      if (deployment === null) return manifest;
      return podOf(deployment, manifest);
    });
}

/** By pod as its source gave it: the same pod of the same Deployment is the same object each time. */
const known = new WeakMap<Manifest, { deployment: string; pod: Manifest }>();

function podOf(deployment: string, manifest: Manifest): Manifest {
  const last = known.get(manifest);
  if (last?.deployment === deployment) return last.pod;
  const ownerReferences = [{ kind: "Deployment", name: deployment, controller: true }];
  const pod = { ...manifest, metadata: { ...manifest.metadata, ownerReferences } };
  known.set(manifest, { deployment, pod });
  return pod;
}

function controllerOf(manifest: Manifest): Record<string, unknown> {
  const owners = list(manifest.metadata.ownerReferences).map(record);
  return owners.find(({ controller }) => controller === true) ?? owners[0] ?? {};
}
