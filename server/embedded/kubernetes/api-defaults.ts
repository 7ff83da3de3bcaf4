import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";

/** Maps and lists that the API server leaves out when they are empty. */
const LEFT_OUT_EMPTY = new Set(["data", "binaryData", "labels", "annotations", "finalizers"]);

/** As the API server stores it: what is left out of the commonest kinds is filled in. */
export function withDefaults(object: JsonObject): JsonObject {
  const tidy = withoutEmpty(object);
  const spec = isObject(tidy.spec) ? tidy.spec : null;
  if (!spec) return tidy;
  switch (`${String(tidy.apiVersion)} ${String(tidy.kind)}`) {
    case "v1 Pod":
      return { ...tidy, spec: podSpec(spec) };
    case "v1 Service":
      return { ...tidy, spec: service(spec) };
    case "apps/v1 Deployment":
      return { ...tidy, spec: deployment(spec) };
    case "apps/v1 StatefulSet":
    case "apps/v1 DaemonSet":
    case "apps/v1 ReplicaSet":
      return {
        ...tidy,
        spec: templated({ ...(tidy.kind === "DaemonSet" ? {} : { replicas: 1 }), ...spec }),
      };
    default:
      return tidy;
  }
}

function deployment(spec: JsonObject): JsonObject {
  const strategy = isObject(spec.strategy) ? spec.strategy : {};
  const type = strategy.type ?? "RollingUpdate";
  const rolling = isObject(strategy.rollingUpdate) ? strategy.rollingUpdate : {};
  return templated({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy:
      type === "RollingUpdate"
        ? { type, rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%", ...rolling } }
        : { ...strategy, type },
  });
}

function templated(spec: JsonObject): JsonObject {
  const template = isObject(spec.template) ? spec.template : {};
  const below = isObject(template.spec) ? template.spec : {};
  return { ...spec, template: { metadata: {}, ...template, spec: podSpec(below) } };
}

function podSpec(spec: JsonObject): JsonObject {
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    ...(Array.isArray(spec.containers) ? { containers: spec.containers.map(container) } : {}),
    ...(Array.isArray(spec.initContainers)
      ? { initContainers: spec.initContainers.map(container) }
      : {}),
  };
}

function container(value: Json): Json {
  if (!isObject(value)) return value;
  const tag = /:([^/@:]+)(@.*)?$/.exec(String(value.image ?? ""))?.[1];
  const isLatest = !String(value.image).includes("@") && (tag === undefined || tag === "latest");
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: isLatest ? "Always" : "IfNotPresent",
    ...value,
    ...(Array.isArray(value.ports) ? { ports: value.ports.map(port) } : {}),
  };
}

function service(spec: JsonObject): JsonObject {
  return {
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
    ...spec,
    ...(Array.isArray(spec.ports) ? { ports: spec.ports.map(port) } : {}),
  };
}

function port(value: Json): Json {
  return isObject(value) ? { protocol: "TCP", ...value } : value;
}

function withoutEmpty(object: JsonObject): JsonObject {
  const keep = (of: JsonObject) =>
    Object.fromEntries(
      Object.entries(of).filter(([name, value]) => {
        if (!LEFT_OUT_EMPTY.has(name)) return true;
        if (Array.isArray(value)) return value.length > 0;
        return value !== null && !(isObject(value) && Object.keys(value).length === 0);
      }),
    );
  const metadata = isObject(object.metadata) ? keep(object.metadata) : {};
  return { ...keep(object), metadata };
}
