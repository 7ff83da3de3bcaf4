import { list, record } from "../kubernetes/manifest-fields.ts";

/** An image that an object would have a node run or mount. */
export interface NamedImage {
  /** `container "web"`, `init container "migrate"`, … */
  readonly place: string;
  /** As written; empty where none is. */
  readonly image: string;
}

const CONTAINERS = {
  containers: "container",
  initContainers: "init container",
  ephemeralContainers: "ephemeral container",
} as const;

const template = (object: unknown) => record(record(record(object).spec).template).spec;

/** Where each kind describes its pods. A kind that is missing here is not judged, and so refused. */
const POD_SPECS: Record<string, (object: unknown) => unknown> = {
  Pod: (object) => record(object).spec,
  PodTemplate: (object) => record(record(object).template).spec,
  Deployment: template,
  StatefulSet: template,
  DaemonSet: template,
  ReplicaSet: template,
  ReplicationController: template,
  Job: template,
  CronJob: (object) => template(record(record(object).spec).jobTemplate),
};

export const JUDGED_KINDS = Object.keys(POD_SPECS);

/** Every image that an object names, in its order; null for a kind whose pods we don't know where to find. */
export function namedImages(kind: string, object: unknown): NamedImage[] | null {
  const podSpec = Object.hasOwn(POD_SPECS, kind) ? POD_SPECS[kind] : undefined;
  if (!podSpec) return null;
  const spec = record(podSpec(object));
  const inContainers = Object.entries(CONTAINERS).flatMap(([field, word]) =>
    list(spec[field])
      .map(record)
      .map(({ name, image }) => ({ place: `${word} "${text(name)}"`, image: text(image) })),
  );
  // Files of an image that are mounted (`volumes[].image`) may be run just as well.
  const inVolumes = list(spec.volumes)
    .map(record)
    .filter((volume) => volume.image !== undefined && volume.image !== null)
    .map(({ name, image }) => ({
      place: `volume "${text(name)}"`,
      image: text(record(image).reference),
    }));
  return [...inContainers, ...inVolumes];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
