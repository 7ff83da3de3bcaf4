import { list, record } from "./manifest-fields.ts";
import type { Manifest } from "./read-manifests.ts";

/** The parts of a pod's specification that name Secrets. */
export interface SecretUse {
  /** Read once, when a container starts: environment variables and files below a `subPath`. */
  atStart: boolean;
  /** Mounted as files that the kubelet renews. */
  asFiles: boolean;
}

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"] as const;

/** Where a workload's pods are described; null for a kind that runs none. */
export function podTemplateOf(manifest: Manifest): Record<string, unknown> | null {
  const spec = record(manifest.spec);
  switch (manifest.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return record(spec.template);
    case "CronJob":
      return record(record(record(spec.jobTemplate).spec).template);
    default:
      return null;
  }
}

/** How a pod's specification uses a Secret of its namespace; null when it does not. */
export function secretUseOf(podSpec: unknown, secretName: string): SecretUse | null {
  const spec = record(podSpec);
  const containers = CONTAINERS.flatMap((name) => list(spec[name]).map(record));
  const inEnvironment = containers.some(
    (container) =>
      list(container.envFrom).some((each) => nameIn(each, "secretRef") === secretName) ||
      list(container.env).some(
        (each) => nameIn(record(each).valueFrom, "secretKeyRef") === secretName,
      ),
  );
  const volumes = list(spec.volumes)
    .map(record)
    .filter(
      (volume) =>
        record(volume.secret).secretName === secretName ||
        list(record(volume.projected).sources).some(
          (each) => nameIn(each, "secret") === secretName,
        ),
    )
    .map((volume) => volume.name);
  const mounts = containers
    .flatMap((container) => list(container.volumeMounts).map(record))
    .filter((mount) => volumes.includes(mount.name));
  const isFixed = mounts.some((mount) => mount.subPath !== undefined);
  if (!inEnvironment && volumes.length === 0) return null;
  return { atStart: inEnvironment || isFixed, asFiles: volumes.length > 0 };
}

function nameIn(value: unknown, field: string): unknown {
  return record(record(value)[field]).name;
}
