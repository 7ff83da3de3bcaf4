/** Fields of a JSON object, read without trusting their shape. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export interface Container {
  /** `spec.containers[0]` */
  path: string;
  name: string;
  spec: Fields;
  security: Fields;
}

/** A pod as the checks see it: metadata and spec, wherever a workload keeps them. */
export interface PodView {
  /** Where the pod spec stands in the object, e.g. `spec.template.spec`. */
  path: string;
  metadata: Fields;
  spec: Fields;
  security: Fields;
  containers: readonly Container[];
  isWindows: boolean;
}

const TEMPLATES: Record<string, string> = {
  Deployment: "spec.template",
  ReplicaSet: "spec.template",
  ReplicationController: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  Job: "spec.template",
  CronJob: "spec.jobTemplate.spec.template",
  PodTemplate: "template",
};

/** The pod of an object that runs pods; undefined for any other kind. */
export function podView(object: Fields): PodView | undefined {
  const kind = String(object.kind);
  const base = kind === "Pod" ? "" : TEMPLATES[kind];
  if (base === undefined) return undefined;
  const template =
    base === "" ? object : base.split(".").reduce<Fields>((at, step) => fields(at[step]), object);
  const path = base === "" ? "spec" : `${base}.spec`;
  const spec = fields(template.spec);
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((group) =>
    list(spec[group]).map((each, at) => {
      const container = fields(each);
      return {
        path: `${path}.${group}[${at}]`,
        name: String(container.name ?? ""),
        spec: container,
        security: fields(container.securityContext),
      };
    }),
  );
  return {
    path,
    metadata: fields(template.metadata),
    spec,
    security: fields(spec.securityContext),
    containers,
    isWindows: fields(spec.os).name === "windows",
  };
}
